"""The engine: types, text, ranking, ports, adapters and store. Imports nothing from `indexer` or `api`."""
