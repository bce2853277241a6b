"""The control address of the simulator, under /_control/: what README.md of this package lists."""
