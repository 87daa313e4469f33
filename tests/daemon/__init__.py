"""The daemon: its ticks, how it ends, and what health and doctor say of it."""
