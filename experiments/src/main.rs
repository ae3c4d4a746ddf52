//! The program `ngbank`: see the library of this package, or `ngbank --help`.

use std::process::ExitCode;

use clap::Parser;
use ngbank_experiments::{
    cli::{Cli, Command},
    commands::{campaign, check, digests, list, random, readout, requirements, run, validate},
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        None => campaign::campaign(&cli.campaign),
        Some(Command::Campaign(args)) => campaign::campaign(args),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Readout(args)) => readout::readout(args),
        Some(Command::List(args)) => list::list(args),
        Some(Command::Check(args)) => check::check(args),
        Some(Command::Digests(args)) => digests::digests(args),
        Some(Command::Validate(args)) => validate::validate(args),
        Some(Command::Random(args)) => random::random(args),
        Some(Command::Requirements(args)) => requirements::requirements(args),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("{error}");
            error.exit().into()
        }
    }
}
