"""An independent reference of the engine: what the documents say, evaluated as plainly as can be. See README.md."""
