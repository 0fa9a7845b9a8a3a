"""Does the process on this port answer? `python deploy/healthcheck.py 8000`; used by the containers' health checks."""

import os
import sys
import urllib.request


def main(port: str) -> int:
    # The host header must be one that the application accepts; 127.0.0.1 is none in production.
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=4) as response:  # noqa: S310
            return 0 if response.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
