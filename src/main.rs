//! The program `fanpin`.

use std::process::ExitCode;

fn main() -> ExitCode {
    fanpin::cli::run()
}
