//! `config`, as typed: the options in force, each with where it comes from.

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

use super::{Meant, source};
use crate::config::{File, Options};
use crate::run::config::{Config, Origin, Setting};

#[derive(Debug, Args)]
pub(super) struct Typed {}

impl Typed {
    pub(super) fn meant(self, typed: Options, file: File, matches: &ArgMatches) -> anyhow::Result<Meant> {
        let in_file = file.options.clone().unwrap_or_default();
        let checked = in_file.bindings().and_then(|_| in_file.thresholds());
        let in_file = toml::Table::try_from(&in_file)?;
        let in_force = typed.or(file.options.clone().unwrap_or_default()).or(Options::usual());
        let in_force = toml::Table::try_from(&in_force)?;
        let thresholds = checked?;
        let flags = Options::augment_args(clap::Command::new(""));
        let setting = |flag: &clap::Arg| {
            let name = flag.get_id().to_string();
            let origin = match source(matches, &name) {
                Some(ValueSource::CommandLine) => {
                    Origin::Flag(flag.get_long().unwrap_or_default().to_owned())
                }
                Some(ValueSource::EnvVariable) => {
                    Origin::Environment(flag.get_env().unwrap_or_default().to_string_lossy().into_owned())
                }
                _ if in_file.contains_key(&name) => Origin::File,
                _ => Origin::Usual,
            };
            Setting { value: in_force.get(&name).cloned(), name, origin }
        };
        let settings = flags.get_arguments().map(setting).collect();
        let keys = in_force.get("keys").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        Ok(Meant::Config(Config {
            file: file.path,
            is_there: file.options.is_some(),
            settings,
            keys,
            thresholds,
        }))
    }
}
