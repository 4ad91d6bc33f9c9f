"""From a settings file to what runs: ledger, login, client, sources, engines. The command line and programs open them
here alike."""
