//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::exit;

/// Validates the cut-offs of a battery bank.
///
/// Drives the firmware core of a battery management system through a simulated bank with one-minute household loads and measured-climate sun, and
/// says whether it cut off when it had to, and never when it had not to. Without a command it runs `campaign`.
#[derive(Debug, Parser)]
#[command(name = "ngbank", version, after_help = exit::HELP, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// `ngbank` alone is `ngbank campaign`, with the same options.
    #[command(flatten)]
    pub campaign: CampaignArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scenarios × seeds on all cores: tables, CSV, JSON and an HTML report.
    #[command(after_help = CAMPAIGN_EXAMPLES, after_long_help = CAMPAIGN_EXAMPLES)]
    Campaign(CampaignArgs),
    /// One scenario and seed: events, trace, plot, verdicts.
    #[command(after_help = RUN_EXAMPLES, after_long_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// What the BMS advertises over the radio, with every value in clear, to test readers with.
    #[command(after_help = READOUT_EXAMPLES, after_long_help = READOUT_EXAMPLES)]
    Readout(ReadoutArgs),
    /// The built-in scenarios: name, bank, duration, what they show.
    List(ListArgs),
    /// Checks scenario files without running them; names all violations at once.
    #[command(after_help = CHECK_EXAMPLES, after_long_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Digests of the pinned runs, to compare platforms and build profiles.
    #[command(after_help = DIGESTS_EXAMPLES, after_long_help = DIGESTS_EXAMPLES)]
    Digests(DigestsArgs),
    /// The simulated bank against reference trajectories, closed forms and measured cells: table and plotted page.
    #[command(after_help = VALIDATE_EXAMPLES, after_long_help = VALIDATE_EXAMPLES)]
    Validate(ValidateArgs),
    /// Many short scenarios that nobody thought of: none may panic, stop, or show what cannot be.
    #[command(after_help = RANDOM_EXAMPLES, after_long_help = RANDOM_EXAMPLES)]
    Random(RandomArgs),
    /// Every rule of the firmware with its code, its tests and the scenarios that reach it; needs a checkout.
    #[command(after_help = REQUIREMENTS_EXAMPLES, after_long_help = REQUIREMENTS_EXAMPLES)]
    Requirements(RequirementsArgs),
}

/// Options of a campaign.
#[derive(Debug, Args)]
pub struct CampaignArgs {
    /// Seeds per scenario
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub seeds: u64,
    /// First seed; the others follow it
    #[arg(long, default_value_t = 1)]
    pub first_seed: u64,
    /// Worker threads [default: one per core]; results do not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Only these built-in scenarios, by name
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub only: Vec<String>,
    /// Scenario files to run instead of (or, with --only, beside) the built-in ones
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub scenario: Vec<PathBuf>,
    /// Execute every sample and decision instead of jumping over quiet ones; same verdicts and digests, far slower
    #[arg(long)]
    pub lockstep: bool,
    /// Folder for the results
    #[arg(long, default_value = "ngbank-out/campaign", value_name = "DIR")]
    pub out: PathBuf,
    /// Two seeds per scenario: the quick form for continuous integration
    #[arg(long, conflicts_with = "seeds")]
    pub short: bool,
    /// Go on with an interrupted campaign in the same folder: finished runs of the same program, scenario and seed are kept
    #[arg(long)]
    pub resume: bool,
    /// Plant a failed property into the first run: shows that a failure is reported; always exits with 1
    #[arg(long)]
    pub canary: bool,
    /// Plant a bug into the firmware core; the campaign must turn red
    #[cfg(feature = "mutants")]
    #[arg(long, value_enum)]
    pub plant: Option<PlantArg>,
}

/// A bug that can be planted into the firmware core.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PlantArg {
    /// LOAD floats 100 ms before PRE-2 allows it.
    CutsEarly,
    /// LOAD never floats for a cell under-voltage.
    NeverCuts,
}

/// Options of a single run.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Name of a built-in scenario, a scenario file, or a resolved scenario file
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: String,
    /// Seed that draws cells, sensors and noise (not for a resolved scenario, which has its own)
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Execute every sample and decision instead of jumping over quiet ones
    #[arg(long)]
    pub lockstep: bool,
    /// Folder for the results [default: ngbank-out/run/NAME-SEED]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Distance of the points of trace.csv and of the plots, seconds [default: 60; less for less than 12 h]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=86_400), value_name = "SECONDS")]
    pub trace_every: Option<u64>,
    /// Print the resolved scenario (everything that the seed decides) as TOML and do not run it
    #[arg(long)]
    pub resolved: bool,
}

/// Options of the readout.
#[derive(Debug, Args)]
pub struct ReadoutArgs {
    /// Name of a built-in scenario, a scenario file, or a resolved scenario file; every decision is executed
    #[arg(value_name = "SCENARIO|FILE", required_unless_present = "samples")]
    pub scenario: Option<String>,
    /// Instead of a scenario: so many random records over the whole range of every field, not available included
    #[arg(long, conflicts_with = "scenario", value_parser = clap::value_parser!(u32).range(1..=65_536), value_name = "N")]
    pub samples: Option<u32>,
    /// Seed of the scenario or of the samples
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Distance of the advertisements of a scenario, seconds
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400), value_name = "SECONDS")]
    pub every: u64,
    /// AES-128 key, 32 hexadecimal digits [default: that of the published example]
    #[arg(long, value_parser = key, default_value = "4142434445464748494a4b4c4d4e4f50", hide_default_value = true, value_name = "HEX32")]
    pub key: [u8; 16],
    /// Product id, decimal or 0x…; the number of this product is not published, the default is that of the example
    #[arg(long, value_parser = product_id, default_value = "0xA3EC", value_name = "ID")]
    pub product_id: u16,
    /// Folder for the results [default: ngbank-out/readout/NAME-SEED]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn key(text: &str) -> Result<[u8; 16], String> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok().filter(|_| digits);
    number.map(u128::to_be_bytes).ok_or_else(|| "allowed: 32 hexadecimal digits".to_owned())
}

fn product_id(text: &str) -> Result<u16, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| "allowed: 0 to 65535, or 0x0 to 0xFFFF".to_owned())
}

/// Options of the list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print the TOML text of one built-in scenario, as a start for an own one
    #[arg(long, value_name = "NAME")]
    pub show: Option<String>,
}

/// Options of the check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Options of the digests.
#[derive(Debug, Args)]
pub struct DigestsArgs {
    /// Compare with the digests that are pinned in the repository; exit 1 if one differs
    #[arg(long, conflicts_with = "update")]
    pub check: bool,
    /// Write the digests to this file (in the repository: experiments/digests.csv)
    #[arg(long, value_name = "FILE")]
    pub update: Option<PathBuf>,
    /// Only these built-in scenarios, by name
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub only: Vec<String>,
    /// How grid points are executed; every mode must give the same digests
    #[arg(long, value_enum, default_value_t = ModeArg::Windows)]
    pub mode: ModeArg,
}

/// Options of the validation.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Folder for the results
    #[arg(long, default_value = "ngbank-out/validate", value_name = "DIR")]
    pub out: PathBuf,
    /// Folder of measured cells, which may not be copied into the project [default: that of $NGBANK_MEASURED]
    #[arg(long, value_name = "DIR")]
    pub measured: Option<PathBuf>,
}

/// Options of the random scenarios.
#[derive(Debug, Args)]
pub struct RandomArgs {
    /// How many
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub count: u64,
    /// First seed; the others follow it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=1_000_000_000_000))]
    pub first_seed: u64,
    /// Play each in lockstep too: jumping over quiet stretches must have changed nothing
    #[arg(long)]
    pub lockstep: bool,
    /// Print the resolved scenario of this seed as TOML, to be replayed by `ngbank run`
    #[arg(long, value_name = "SEED", conflicts_with_all = ["count", "first_seed", "lockstep"])]
    pub show: Option<u64>,
}

/// Options of the requirement table.
#[derive(Debug, Args)]
pub struct RequirementsArgs {
    /// Name every gap, and compare with REQUIREMENTS.md of the checkout; exit 1 if there is one
    #[arg(long, conflicts_with = "out")]
    pub check: bool,
    /// Write the table as a page (in the repository: REQUIREMENTS.md)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The checkout
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub root: PathBuf,
}

/// How grid points are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ModeArg {
    /// Quiet ones are jumped over.
    Jump,
    /// Every one is executed.
    Lockstep,
    /// Every one within 15 minutes of each change of an output, jumps elsewhere.
    Windows,
}

const CAMPAIGN_EXAMPLES: &str = "\
Examples:
  ngbank                                     the whole campaign, results in ngbank-out/campaign
  ngbank campaign --short                    two seeds per scenario
  ngbank campaign --seeds 1000 --resume      many seeds, goes on where it was interrupted
  ngbank campaign --scenario my-bank.toml    an own bank";
const RUN_EXAMPLES: &str = "\
Examples:
  ngbank run household-day                   plays seed 1 of a built-in scenario
  ngbank run my-bank.toml --seed 7           plays an own scenario
  ngbank run my-bank.toml --resolved > r.toml   everything that seed 1 decides; edit it, then
  ngbank run r.toml                          replays it";
const READOUT_EXAMPLES: &str = "\
Examples:
  ngbank readout night-discharge             one advertisement a minute, as hex and in clear
  ngbank readout my-bank.toml --every 10 --key 000102030405060708090a0b0c0d0e0f
  ngbank readout --samples 10000             random records over every value";
const CHECK_EXAMPLES: &str = "\
Examples:
  ngbank check my-bank.toml                  exit 0: usable (maybe with warnings), exit 2: refused";
const DIGESTS_EXAMPLES: &str = "\
Examples:
  ngbank digests --check                     do the pinned runs still decide the same?
  ngbank digests --update experiments/digests.csv   pin them anew";
const VALIDATE_EXAMPLES: &str = "\
Examples:
  ngbank validate                            exit 0: every figure is within its limit (or skipped), exit 1: one is not
  ngbank validate --measured measurements    compares with measured cells too, whose files are in this folder";
const RANDOM_EXAMPLES: &str = "\
Examples:
  ngbank random --count 100000               exit 0: every run finished and showed only what can be
  ngbank random --show 17 > r.toml           what seed 17 is; edit it, then
  ngbank run r.toml                          plays it";
const REQUIREMENTS_EXAMPLES: &str = "\
Examples:
  ngbank requirements --check                is every rule implemented, tested and reached?
  ngbank requirements --out REQUIREMENTS.md  writes the page anew";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_has_no_contradictions() {
        super::Cli::command().debug_assert();
    }
}
