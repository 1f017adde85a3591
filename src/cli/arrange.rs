//! Moves the command to the front of the arguments, and inserts `check` if there is none.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// Moves the command to the front of the arguments, so that options may precede it. Inserts `check` if the first word
/// that is not an option is not a command.
pub fn arrange(arguments: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let takes_value = |option: &str| {
        command.get_subcommands().flat_map(Command::get_arguments).any(|argument| {
            argument.get_action().takes_values()
                && !argument.is_require_equals_set()
                && (argument.get_long() == option.strip_prefix("--")
                    || argument
                        .get_short()
                        .is_some_and(|short| option.strip_prefix('-') == Some(short.to_string().as_str())))
        })
    };
    let asks = |word: &OsStr| ["-h", "--help", "-V", "--version"].iter().any(|ask| word == *ask);
    let mut rest: Vec<OsString> = arguments;
    let program = if rest.is_empty() { OsString::from("heylint") } else { rest.remove(0) };
    let mut first = None;
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        match word.to_str() {
            Some("--") => break,
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                at += if !option.contains('=') && takes_value(option) { 2 } else { 1 };
            }
            _ => {
                first = Some(at);
                break;
            }
        }
    }
    let named = first.and_then(|at| {
        let word = rest.get(at)?.to_str()?;
        let is_command = word == "help" || command.get_subcommands().any(|command| command.get_name() == word);
        is_command.then_some(at)
    });
    let mut arranged = vec![program];
    match named {
        Some(at) => arranged.push(rest.remove(at)),
        None if first.is_none() && rest.iter().any(|word| asks(word)) => {}
        None => arranged.push("check".into()),
    }
    arranged.append(&mut rest);
    arranged
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    fn arranged(line: &str) -> String {
        let words = line.split(' ').map(Into::into).collect();
        let arranged = super::arrange(words, &super::super::Cli::command());
        arranged.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn check_is_the_default() {
        for (given, expected) in [
            ("heylint", "heylint check"),
            ("heylint drafts/", "heylint check drafts/"),
            ("heylint -", "heylint check -"),
            ("heylint --format json drafts", "heylint check --format json drafts"),
            ("heylint --format json check drafts", "heylint check --format json drafts"),
            ("heylint --format probe check", "heylint check --format probe"),
            ("heylint --color=never probe a.png", "heylint probe --color=never a.png"),
            ("heylint --cache probe a.png", "heylint probe --cache a.png"),
            ("heylint --cache=x drafts", "heylint check --cache=x drafts"),
            ("heylint -- probe", "heylint check -- probe"),
            ("heylint ./probe", "heylint check ./probe"),
            ("heylint --help", "heylint --help"),
            ("heylint help", "heylint help"),
            ("heylint help probe", "heylint help probe"),
            ("heylint --version", "heylint --version"),
            ("heylint x --help", "heylint check x --help"),
        ] {
            assert_eq!(arranged(given), expected);
        }
    }

    #[test]
    fn the_arguments_are_consistent() {
        super::super::Cli::command().debug_assert();
    }
}
