//! `heylint explain`: the page of a rule.

use std::io::{self, BufWriter, Write};

use clap::Args;
use heylint::config::Selector;
use heylint::limits::Limits;
use heylint::report::describe::{self, RuleLimit};
use heylint::rule::{self, Rule};
use heylint::source::clean;
use heylint::suggest::did_you_mean;

use super::terminal::Paint;
use super::{CLEAN, Common, ConfigArgs, Failure, note, page, print_json, rules};

#[derive(Debug, Args)]
pub struct Explain {
    /// The rule, such as `script/too-long`
    #[arg(value_name = "RULE")]
    rule: String,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: ExplainFormat,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ExplainFormat {
    Human,
    Markdown,
    Json,
}

impl Explain {
    pub fn run(&self) -> Result<u8, Failure> {
        let rule = find(&self.rule)?;
        let config = self.configuration.here()?;
        let in_force: Vec<&Limits> =
            self.configuration.in_force(&config).into_iter().map(|profile| config.limits_of(profile)).collect();
        let text = rule.filled(in_force.first().copied().unwrap_or(config.limits()));
        let limits = describe::limits_of(rule, &in_force);
        let mut out = BufWriter::new(io::stdout().lock());
        match self.format {
            ExplainFormat::Markdown => {
                describe::page(rule, &in_force, &mut out)?;
            }
            ExplainFormat::Json => {
                let mut document = rules::described(rule);
                let described = |of: RuleLimit<'_>| {
                    let mut described = describe::limit(of.limit);
                    described["profile"] = of.profile.into();
                    described
                };
                let limits: Vec<_> = limits.into_iter().map(described).collect();
                if let Some(object) = document.as_object_mut() {
                    object.insert("limits".to_owned(), limits.into());
                    object.insert("text".to_owned(), text.into());
                }
                print_json(&document, &mut out)?;
            }
            ExplainFormat::Human => {
                let paint = Paint::for_output(self.common.color);
                let (severity, status) = (paint.severity(rule.severity), rules::status(rule));
                writeln!(out, "{}: {}", paint.strong(rule.id), rule.summary)?;
                writeln!(out, "{severity}, {status}, since {}\n", rule.since)?;
                page::write(&text, paint, super::terminal::width(), &mut out)?;
                if !limits.is_empty() {
                    writeln!(out, "\n{}\n", paint.strong("Limits"))?;
                    for RuleLimit { profile, limit } in limits {
                        let of = profile.map(|profile| format!("{profile}, ")).unwrap_or_default();
                        writeln!(out, "  {of}{}: {}", paint.code(limit.name), clean(&limit.provenance()))?;
                    }
                }
            }
        }
        out.flush()?;
        Ok(CLEAN)
    }
}

fn find(name: &str) -> Result<&'static Rule, Failure> {
    match Selector::parse(name) {
        Ok(parsed) => {
            if let Some(renamed) = parsed.renamed {
                note(&format!("`{}` is now called `{}`", clean(name), renamed.id));
            }
            match parsed.selector {
                Selector::Rule(rule) => Ok(rule),
                _ => {
                    let of: Vec<_> = rule::ALL.iter().filter(|rule| parsed.selector.names(rule).is_some()).collect();
                    let named: Vec<_> = of.iter().take(8).map(|rule| rule.id).collect();
                    Err(Failure::with_help(
                        format!("`{}` names more than one rule", clean(name)),
                        format!("`heylint explain RULE`, with one of {}", named.join(", ")),
                    ))
                }
            }
        }
        Err(_) => {
            let hint = did_you_mean(name, rule::ALL.iter().map(|rule| rule.id));
            let message = format!("there is no rule `{}`{hint}", clean(name));
            Err(Failure::with_help(message, "`heylint rules` lists them"))
        }
    }
}
