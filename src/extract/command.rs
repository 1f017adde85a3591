//! Finds `curl` and the official command line among the commands of a shell.

use super::send::{PieceSite, Sent, form_of};
use super::service;
use super::shell::{self, ShellWord};
use super::strand::{Finished, Strand};
use crate::request::envelope::{MULTIPART, URL_ENCODED, is_content_type};
use crate::request::piece::Piece;
use crate::text::bounds;

/// Options of curl that take the next word and do not matter here.
const TAKING: [&str; 36] = [
    "output",
    "user",
    "user-agent",
    "referer",
    "cookie",
    "cookie-jar",
    "max-time",
    "connect-timeout",
    "write-out",
    "retry",
    "retry-delay",
    "retry-max-time",
    "proxy",
    "proxy-user",
    "cacert",
    "capath",
    "cert",
    "cert-type",
    "key",
    "key-type",
    "config",
    "continue-at",
    "dump-header",
    "limit-rate",
    "max-redirs",
    "range",
    "resolve",
    "interface",
    "upload-file",
    "trace",
    "trace-ascii",
    "stderr",
    "aws-sigv4",
    "oauth2-bearer",
    "netrc-file",
    "url-query",
];
const TAKING_LETTERS: &str = "oueAbcmwxECKDTrzPYyQUt";

/// Letters of curl that take a value and matter.
const LETTERS: &str = "XdFH";

/// Long options that matter, with the equivalent letter; `@` for the URL and `j` for JSON, which have none.
const LONG: [(&str, char); 11] = [
    ("request", 'X'),
    ("data", 'd'),
    ("data-raw", 'd'),
    ("data-binary", 'd'),
    ("data-ascii", 'd'),
    ("data-urlencode", 'd'),
    ("header", 'H'),
    ("json", 'j'),
    ("form", 'F'),
    ("form-string", 'F'),
    ("url", '@'),
];

/// Requests among the commands of a shell text.
///
/// `ours` says that the file names the service.
pub fn pieces(text: &str, ours: bool) -> Vec<Piece> {
    let mut found = Vec::new();
    for command in shell::commands(text, |words| caller(words).is_some()) {
        if found.len() >= bounds::FORM_PIECES {
            break;
        }
        let Some((caller, rest)) = caller(&command.words) else { continue };
        let input = command.input.as_ref();
        let (sent, form) = match caller {
            Caller::Curl => (curl(rest, input), "curl"),
            Caller::Official(program) => (official(rest, input), program),
        };
        let start = command.span().map_or(0, |span| span.start);
        found.extend(sent.and_then(|sent| sent.piece(PieceSite { form, place: &|| line(text, start) }, ours)));
    }
    found
}

/// A program that sends requests.
enum Caller {
    Curl,
    /// The official command line of the service.
    Official(&'static str),
}

/// The program that a command runs, if it sends requests, and its arguments.
fn caller(words: &[ShellWord]) -> Option<(Caller, &[ShellWord])> {
    let at = program(words)?;
    let name = words.get(at)?.strand.literal()?;
    let caller = match name.rsplit('/').next()? {
        "curl" | "curl.exe" => Caller::Curl,
        name => Caller::Official(service().command_line.map(|line| line.program).filter(|program| *program == name)?),
    };
    Some((caller, words.get(at + 1..)?))
}

/// `line 3`: the place of a byte in a text.
pub fn line(text: &str, offset: usize) -> String {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    format!("line {}", 1 + memchr::memchr_iter(b'\n', before).count())
}

/// The word that names the program, after `sudo`, `time` and the like.
fn program(words: &[ShellWord]) -> Option<usize> {
    words.iter().position(|word| {
        word.strand.literal().is_none_or(|word| {
            !matches!(
                &*word,
                "sudo"
                    | "time"
                    | "exec"
                    | "command"
                    | "then"
                    | "do"
                    | "else"
                    | "if"
                    | "while"
                    | "!"
                    | "{"
                    | "nohup"
                    | "env"
            )
        })
    })
}

/// A value within a word, after this many bytes of option.
type OptionValue<'w> = (&'w ShellWord, usize);

/// The options of curl that matter.
#[derive(Default)]
struct CurlOptions<'w> {
    method: Option<OptionValue<'w>>,
    url: Option<OptionValue<'w>>,
    data: Vec<OptionValue<'w>>,
    get: bool,
    json: bool,
    headers: Vec<OptionValue<'w>>,
    parts: Vec<OptionValue<'w>>,
}

impl<'w> CurlOptions<'w> {
    fn of(words: &'w [ShellWord]) -> Self {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let text = word.strand.display();
            if let Some(long) = text.strip_prefix("--").filter(|long| !long.is_empty()) {
                let (name, attached) =
                    long.split_once('=').map_or((long, None), |(name, _)| (name, Some(name.len() + 3)));
                let takes = TAKING.contains(&name) || LONG.iter().any(|(long, _)| *long == name);
                let value = match attached {
                    Some(skip) => Some((word, skip)),
                    None if takes => words.next().map(|word| (word, 0)),
                    None => None,
                };
                let letter = LONG.iter().find(|(long, _)| *long == name).map(|(_, letter)| *letter);
                options.say(
                    letter.unwrap_or(if name == "get" {
                        'G'
                    } else if name == "head" {
                        'I'
                    } else {
                        ' '
                    }),
                    value,
                );
            } else if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                for (at, letter) in letters.char_indices() {
                    let takes = LETTERS.contains(letter) || TAKING_LETTERS.contains(letter);
                    let end = at + letter.len_utf8();
                    let value = match takes {
                        true if end < letters.len() => Some((word, 1 + end)),
                        true => words.next().map(|word| (word, 0)),
                        false => None,
                    };
                    options.say(letter, value);
                    if takes {
                        break;
                    }
                }
            } else if options.url.is_none() {
                options.url = Some((word, 0));
            }
        }
        options
    }

    fn say(&mut self, letter: char, value: Option<OptionValue<'w>>) {
        match (letter, value) {
            ('X', Some(value)) => self.method = Some(value),
            ('d', Some(value)) => self.data.push(value),
            ('j', Some(value)) => {
                self.data.push(value);
                self.json = true;
            }
            ('H', Some(value)) => self.headers.push(value),
            ('@', Some(value)) => self.url = Some(value),
            ('F', Some(value)) => self.parts.push(value),
            ('G' | 'I', _) => self.get = true,
            _ => {}
        }
    }

    /// The content type of the body, if it is a form. Without a header, curl sends one for `-d`, whatever the data are;
    /// only pairs show that a form is meant.
    fn form(&self) -> Option<Strand> {
        let headers = || self.headers.iter().filter_map(|header| part(*header));
        let states = |header: Strand| header.display().split(':').next().is_some_and(is_content_type);
        if self.json || headers().any(states) {
            return headers().find_map(form_of);
        }
        let implied = |given: OptionValue<'w>, kind: &str| Some(Strand::implied(part(given)?.span()?, kind));
        match (self.parts.first(), self.data.first()) {
            (Some(part), _) => implied(*part, MULTIPART),
            (None, Some(first)) if self.data.iter().all(|data| is_pair(*data)) => implied(*first, URL_ENCODED),
            _ => None,
        }
    }
}

/// `name=value`, as in a form.
fn is_pair(data: OptionValue<'_>) -> bool {
    let name = part(data).and_then(|data| data.display().split_once('=').map(|(name, _)| name.to_owned()));
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte))
    })
}

fn curl(words: &[ShellWord], input: Option<&ShellWord>) -> Option<Sent> {
    let options = CurlOptions::of(words);
    let form = options.form().filter(|_| !options.get);
    let mut sent = Sent { url: options.url.and_then(part), form, ..Sent::default() };
    sent.method = options.method.and_then(part);
    match options.data.as_slice() {
        _ if options.get => {}
        [] => {}
        [data] => sent.body = body(*data, input),
        // Joined with `&`, so it is not JSON.
        _ => {}
    }
    sent.unseen = !options.get && !options.data.is_empty() && sent.body.is_none();
    sent.parts = options.parts.into_iter().filter_map(form_part).collect();
    if sent.method.is_none() && sent.body.is_none() && !sent.unseen && sent.parts.is_empty() {
        sent.method = Some(Strand::of("GET"));
    }
    Some(sent)
}

/// A part of a multipart form: its name, and the path of its file or its value. `-F file=@a.mp4;type=video/mp4`.
fn form_part(given: OptionValue<'_>) -> Option<(String, Strand)> {
    let strand = part(given)?;
    let text = strand.display();
    let (name, rest) = text.split_once('=')?;
    if strand.variable().is_some() || name.contains("{{") {
        return None;
    }
    let marks = rest.len() - rest.trim_start_matches(['@', '<', '"']).len();
    let value = strand.without(name.len() + 1 + marks)?;
    let end = value.display().find([';', '"']);
    Some((
        name.to_owned(),
        match end {
            Some(end) => value.up_to(end),
            None => value,
        },
    ))
}

/// The strand of a value within a word.
fn part((word, skip): OptionValue<'_>) -> Option<Strand> {
    if skip == 0 { Some(word.strand.clone()) } else { word.strand.clone().without(skip) }
}

/// The JSON of a body; none if it is in a file or not JSON.
fn body(data: OptionValue<'_>, input: Option<&ShellWord>) -> Option<Finished> {
    let strand = part(data)?;
    let (strand, style) = match strand.literal().as_deref() {
        Some("@-" | "-" | "@/dev/stdin") => input.map(|input| (input.strand.clone(), input.style))?,
        _ if strand.display().starts_with('@') || strand.variable().is_some() => return None,
        _ => (strand, data.0.style),
    };
    let strand = strand.trimmed();
    let first = strand.display().bytes().next()?;
    matches!(first, b'{' | b'[').then(|| strand.finish_json(style.quote()))
}

/// The official command line: `video create -d '{…}'`.
fn official(words: &[ShellWord], input: Option<&ShellWord>) -> Option<Sent> {
    let mut names: Vec<String> = Vec::new();
    let mut data = None;
    let mut flags = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.strand.display();
        match text.as_str() {
            "-d" | "--data" | "--request" => data = words.next().map(|word| (word, 0)),
            _ if text.starts_with("--data=") => data = Some((word, "--data=".len())),
            _ if text.starts_with("--request=") => data = Some((word, "--request=".len())),
            // These control how it runs, not what it sends.
            "--wait" | "--human" | "--json" | "--help" | "-h" | "--request-schema" | "--response-schema" => {}
            "--timeout" => {
                words.next();
            }
            _ if text.starts_with('-') => flags = true,
            _ if !flags && data.is_none() => names.push(text),
            _ => {}
        }
    }
    let endpoint = service()
        .command_line?
        .commands
        .iter()
        .filter(|(command, _)| command.split(' ').eq(names.iter().map(String::as_str).take(command.split(' ').count())))
        .max_by_key(|(command, _)| command.len())
        .map(|(_, endpoint)| *endpoint)?;
    Some(Sent { endpoint: Some(endpoint), body: Some(body(data?, input)?), open: flags, ..Sent::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn one(text: &str) -> Piece {
        let mut found = pieces(text, false);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.remove(0)
    }

    fn address(piece: &Piece) -> String {
        piece.address.as_ref().map_or("none".to_owned(), |address| format!("{} {}", address.method, address.url))
    }

    const URL: &str = "https://api.heygen.com/v3/videos";

    #[test]
    fn bodies_of_curl() {
        let text = format!(
            "curl -sS -X POST {URL} \\\n  -H 'X-Api-Key: '\"$KEY\" \\\n  -d '{{\"a\": \"it'\\''s\"}}' | jq .\n"
        );
        let piece = one(&text);
        assert_eq!(piece.text, r#"{"a": "it's"}"#);
        assert_eq!((address(&piece), piece.form, piece.place.as_str()), (format!("POST {URL}"), "curl", "line 1"));
        for (options, body) in [
            (r#"--json '{"a": 1}'"#, r#"{"a": 1}"#),
            (r#"--data-raw "{\"a\": \"$X, ${Y:-z}\", \"n\": $N}""#, r#"{"a": "{{X}}, {{Y}}", "n": "{{N}}"}"#),
            (r#"-d'{"a": 1}'"#, r#"{"a": 1}"#),
            (r#"-sd '{"a": "'"$X"'", "b": '"$(date +%s)"'}'"#, r#"{"a": "{{X}}", "b": "{{command}}"}"#),
            ("-d @- <<EOF\n{\"a\": \"$X \\$5\"}\nEOF\n", r#"{"a": "{{X}} $5"}"#),
            ("--data \"$(cat <<'END'\n{\"a\": \"$X\"}\nEND\n)\" -o out.json", r#"{"a": "$X"}"#),
            ("-d $'{\"a\": \"it\\'s\"}'", r#"{"a": "it's"}"#),
        ] {
            let piece = one(&format!("curl {options} \n").replace("curl", &format!("curl {URL}")));
            assert_eq!((piece.text.as_str(), address(&piece)), (body, format!("POST {URL}")), "{options}");
        }
        let piece = one(&format!("BODY='{{\"a\": 1}}'\ncurl {URL} -d \"$BODY\""));
        assert_eq!((piece.text.as_str(), piece.map.span(Span::new(1, 4))), ("{\"a\": 1}", Span::new(7, 10)));
    }

    #[test]
    fn commands_without_a_body() {
        for text in [
            format!("curl {URL} -d @body.json"),
            format!("curl {URL} -d \"$BODY\""),
            format!("curl {URL} -d a=1 -d @body.json"),
            "curl https://example.com/v3/videos -d '{}'".to_owned(),
            "curl -d '{}'".to_owned(),
            "curl $BASE/v1/voices".to_owned(),
            "echo curl -d".to_owned(),
            "heygen video list".to_owned(),
            "heygen video create -d request.json".to_owned(),
        ] {
            assert!(pieces(&text, false).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_call_without_a_current_operation_is_an_envelope() {
        let piece = one("curl -X GET 'https://api.heygen.com/v1/video_status.get?video_id=a'");
        assert_eq!(piece.text, r#"{"method": "GET", "url": "https://api.heygen.com/v1/video_status.get?video_id=a"}"#);
        let text = r#"curl $BASE/v2/video/generate -d "{\"a\": $N}""#;
        let piece = pieces(text, true).remove(0);
        assert_eq!(piece.text, r#"{"method": "POST", "url": "/v2/video/generate", "body": {"a": "{{N}}"}}"#);
        let at = piece.text.find("\"a\"").expect("the key");
        assert_eq!(piece.map.span(Span::new(at, at + 3)), Span::new(34, 39));
        assert_eq!(&piece.text[piece.unknown[0].start..piece.unknown[0].end], "\"{{N}}\"");
        assert_eq!(address(&one("curl \"${API}/v3/videos\" -d '{}'")), "POST /v3/videos");
    }

    #[test]
    fn the_official_command_line() {
        let piece = one("$ heygen video create --wait -d '{\"type\": \"avatar\"}'");
        assert_eq!((piece.text.as_str(), address(&piece)), ("{\"type\": \"avatar\"}", "POST /v3/videos".to_owned()));
        assert!(piece.open.is_empty());
        let piece = one("heygen video batches create --title 'x y' -d '{}'");
        assert_eq!((address(&piece), piece.open), ("POST /v3/videos/batches".to_owned(), vec![0]));
        let piece = one("heygen template generate abc --request - <<E\n{}\nE");
        assert_eq!(address(&piece), "POST /v3/templates/{template_id}");
    }

    #[test]
    fn replacements_are_quoted_as_the_word_is() {
        for (data, written) in [(r#"'{"a": 1}'"#, r"x'\''$"), (r#""{\"a\": 1}""#, r"x'\$")] {
            let piece = one(&format!("curl {URL} -d {data}"));
            let at = piece.text.find('1').expect("the value");
            let (_, text) = piece.map.edit(Span::new(at, at + 1), "x'$").expect("an edit");
            assert_eq!(text, written);
        }
    }
}
