//! Lines on standard error.

/// Writes a line to standard error, with colours where they are wanted. Where it cannot be written nobody is left to
/// be told: that must not end the run, as `eprintln!` would.
macro_rules! tell {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(anstream::stderr(), $($part)*);
    }};
}

pub(super) use tell;
