//! Standard output that goes quietly when nobody reads it any more: `ngbank list | head`.
//!
//! Results are in files and in the exit code; a reader that has left is no error of the run.

/// As `print!`, without a panic when the reader is gone.
macro_rules! out {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let _ = write!(std::io::stdout(), $($arg)*);
    }};
}

/// As `println!`, without a panic when the reader is gone.
macro_rules! outln {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($arg)*);
    }};
}
