from settings_admin.registries import Act, register_acts


def register() -> None:
    register_acts(Act("live:snapshots", "recevoir, où le direct ne passe pas, ce qu’il aurait montré"))
