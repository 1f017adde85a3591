//! The command line: arguments → engine → report. Everything else is in the library.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
