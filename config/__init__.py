"""The composition root: settings, application, supervisor, worker, indexer, clock, command line."""
