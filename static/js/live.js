/* What others do, shown while one looks. A page names what it watches, on its body or on any element, also one that a swap
   brings: data-live-topics="user.12 opportunity.7". One socket tells; where it does not pass, the same snapshots are asked
   for now and then, and a badge in the bar says that the page is not live.

   Heard on the body, hx-trigger="live:comment from:body" say:
   live:<kind>     something happened: detail {topic, kind, number, payload}
   live:snapshot   how a topic stands: at the beginning, and whenever something may have been missed: {topic, number, payload}
   live:catch-up   the page may show less than that: whoever draws on the server asks again: {topics} */

const QUIET = 4_000; // ms without a connection before the page says so: a restart is shorter
const AWAY = 5 * 60_000; // a page that is hidden for longer lets its socket go
const SLOWEST = 4_000; // between two attempts
const POLLED = 10_000; // between two questions where no socket passes
const BEAT = 20_000; // of silence before the server is asked whether it is there
const ANSWERED = 8_000; // and so long it has to answer, or a socket to open
const READ = 32; // frames: so often the server is told how far we are, and sends no more than we can read

const body = document.body;
const badges = document.querySelectorAll("[data-live-badge]");
const numbers = new Map(); // topic → number of the last event; without one, its snapshot is still to come
const polled = new Map(); // topic → its snapshot as text
const behind = new Set(); // topics of which the page may show less than there is
let watched = topics();
let socket = null;
let isFirst = true; // the page is as new as when it was drawn
let isAway = false;
let hasEnded = false; // signed out
let attempts = 0;
let unread = 0;
let polledAt = -Infinity;
const timers = {};

function topics() {
  const named = [...document.querySelectorAll("[data-live-topics]")].flatMap(({ dataset }) => dataset.liveTopics.split(/\s+/));
  return [...new Set(named.filter(Boolean))];
}

function later(name, wait, act) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(act, wait);
}

function tell(name, detail) {
  body.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true, detail }));
}

function tellBehind(topic) {
  behind.add(topic);
  later("behind", 50, () => {
    tell("catch-up", { topics: [...behind] });
    behind.clear();
  });
}

/* ---- live or not, and said ---- */
function show(state) {
  for (const badge of badges) badge.hidden = badge.dataset.liveBadge !== state;
}

function doubt() {
  timers.doubt ??= setTimeout(() => show(hasEnded ? "ended" : "lost"), QUIET);
}

function trust() {
  clearTimeout(timers.doubt);
  timers.doubt = null;
  attempts = 0;
  show("live");
}

function end() {
  hasEnded = true;
  clearTimeout(timers.retry);
  show("ended");
}

/* ---- the socket ---- */
function connect() {
  clearTimeout(timers.retry);
  if (socket || hasEnded || isAway || !watched.length) return;
  doubt();
  const address = new URL("/live/", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const opened = new WebSocket(address);
  let wasOpen = false;
  socket = opened;
  later("answer", ANSWERED, () => lose(opened, false)); // one that neither opens nor fails
  opened.onopen = () => {
    wasOpen = true;
    unread = 0;
    send(isFirst ? { watch: watched, drawn: Number(body.dataset.liveDrawn) } : { watch: watched });
    isFirst = false;
    beat(); // of topics that one may not see nothing else is ever heard
  };
  opened.onmessage = ({ data }) => receive(JSON.parse(data));
  opened.onclose = () => lose(opened, wasOpen);
}

function lose(opened, wasOpen) {
  if (socket !== opened) return;
  disconnect();
  if (isAway) return;
  doubt();
  // A refusal, or silence, says nothing of its reason: the pages are asked, which also know whether the session has ended.
  if (!wasOpen) poll();
  later("retry", Math.min(SLOWEST, 500 * 2 ** attempts) * (0.5 + Math.random() / 2), connect);
  attempts += 1;
}

function disconnect() {
  const closing = socket;
  socket = null;
  numbers.clear();
  for (const name of ["beat", "answer"]) clearTimeout(timers[name]);
  closing?.close();
}

// A connection that hangs (a proxy, a laptop that slept) closes for nobody: after a silence the server is asked.
function listen() {
  clearTimeout(timers.answer);
  later("beat", BEAT, beat);
}

function beat() {
  const asked = socket;
  if (asked?.readyState !== WebSocket.OPEN) return;
  send({ beat: true });
  later("answer", ANSWERED, () => lose(asked, false));
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function receive(frame) {
  listen();
  unread += 1;
  if (unread === READ) {
    send({ read: unread });
    unread = 0;
  }
  const { kind, topic, number, payload } = frame;
  if (kind === "resync") doubt();
  else if (kind === "beat") trust();
  else if (kind === "snapshot") {
    trust();
    numbers.set(topic, number);
    tell("snapshot", { topic, number, payload });
    if (frame.is_behind) tellBehind(topic);
  } else if (number > numbers.get(topic) + 1) {
    numbers.delete(topic);
    send({ again: [topic] });
  } else if (number > numbers.get(topic)) {
    numbers.set(topic, number);
    tell(kind, { topic, kind, number, payload });
  }
}

/* ---- where no socket passes ---- */
async function poll() {
  if (performance.now() - polledAt < POLLED) return;
  polledAt = performance.now();
  try {
    const address = `${body.dataset.liveSnapshots}?topics=${encodeURIComponent(watched.join(" "))}`;
    const response = await fetch(address, { redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 403) return end();
    if (!response.ok) return;
    for (const [topic, payload] of Object.entries((await response.json()).snapshots)) {
      const text = JSON.stringify(payload);
      if (polled.get(topic) === text) continue;
      polled.set(topic, text);
      tell("snapshot", { topic, number: null, payload });
      tellBehind(topic);
    }
  } catch {
    // No network at all: the badge says it, and the next attempt comes by itself.
  }
}

/* ---- the page comes, goes and changes ---- */
function leave() {
  isAway = true;
  clearTimeout(timers.retry);
  disconnect();
}

function comeBack() {
  clearTimeout(timers.away);
  isAway = hasEnded = false; // signed in again in another tab, perhaps
  attempts = 0;
  if (socket) beat();
  else connect();
}

document.addEventListener("visibilitychange", () => (document.hidden ? later("away", AWAY, leave) : comeBack()));
window.addEventListener("online", comeBack);
window.addEventListener("offline", () => socket && lose(socket, true)); // nothing is asked: there is no network
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", comeBack); // also the first time, once everything else is there

document.addEventListener("htmx:afterSettle", () => {
  const now = topics();
  if (now.join() === watched.join()) return;
  watched = now;
  if (socket) send({ watch: watched });
  else connect();
});
