//! Runs: what may start next, the runners that start it, recovery after an interruption, and the
//! door through which a step gets exactly the values it declared.
