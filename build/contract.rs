//! `rules/*/requests/*.toml` → operations, objects, unions and fields.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use crate::limits::Profile;
use crate::pages::Page;
use crate::{constant, data};
use data::{Table, Value};

/// What the files say, put together.
#[derive(Default)]
pub struct Contract {
    operations: Vec<(String, Table)>,
    objects: Vec<(String, Table)>,
    unions: Vec<(String, Table)>,
    mixins: Vec<(String, Table)>,
    legacy: Vec<(String, Table)>,
    values: Vec<(String, Value)>,
    headers: Table,
    command_line: Table,
}

pub fn read(folder: &Path) -> Result<Contract, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut contract = Contract::default();
    for path in paths {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (key, value) in data::read(&path)? {
            let into = match key.as_str() {
                "operation" => &mut contract.operations,
                "object" => &mut contract.objects,
                "union" => &mut contract.unions,
                "mixin" => &mut contract.mixins,
                "legacy" => &mut contract.legacy,
                "values" => {
                    contract.values.extend(value.table(&format!("{file}: values"))?);
                    continue;
                }
                "headers" => {
                    contract.headers.extend(value.table(&format!("{file}: headers"))?);
                    continue;
                }
                "command-line" => {
                    contract.command_line.extend(value.table(&format!("{file}: command-line"))?);
                    continue;
                }
                other => {
                    return Err(format!(
                        "{file}: “{other}” is not operation, object, union, mixin, legacy, values, headers or command-line"
                    ));
                }
            };
            for (name, entry) in value.table(&format!("{file}: {key}"))? {
                if into.iter().any(|(known, _)| *known == name) {
                    return Err(format!("{file}: {key}.{name} is given twice"));
                }
                into.push((name.clone(), entry.table(&format!("{file}: {key}.{name}"))?));
            }
        }
    }
    Ok(contract)
}

impl Contract {
    /// The official command line: its program, and to which operation each command sends a body.
    fn command_line(&self) -> Result<String, String> {
        data::only(&self.command_line, &["program", "commands"])?;
        let program = data::need(&self.command_line, "program")?.string("program")?;
        let mut commands = String::new();
        for (command, endpoint) in data::need(&self.command_line, "commands")?.table("commands")? {
            let endpoint = endpoint.string(&command)?;
            if !self.operations.iter().any(|(name, _)| *name == endpoint) {
                return Err(format!("“{command}” sends to {endpoint}, which is no operation"));
            }
            writeln!(commands, "({command:?}, {endpoint:?}),").map_err(|error| error.to_string())?;
        }
        Ok(format!(
            "/// The program of the official command line.\npub const PROGRAM: &str = {program:?};\n\
             /// Its commands, and the operation to which each sends its body.\n\
             pub static COMMANDS: &[(&str, &str)] = &[{commands}];\n"
        ))
    }
}

/// The tables, and the names of the limits that they read.
pub fn generate(contract: &Contract, profile: &Profile, pages: &[Page]) -> Result<(String, BTreeSet<String>), String> {
    let mut maker = Maker { contract, profile, pages, used: BTreeSet::new(), out: String::new() };
    for (name, table) in &contract.objects {
        maker.object(name, table).map_err(|fault| format!("object {name}: {fault}"))?;
    }
    for (name, table) in &contract.unions {
        maker.union(name, table).map_err(|fault| format!("union {name}: {fault}"))?;
    }
    let mut operations = String::new();
    for (name, table) in &contract.operations {
        operations += &maker.operation(name, table).map_err(|fault| format!("{name}: {fault}"))?;
    }
    let mut legacy = String::new();
    for (name, table) in &contract.legacy {
        legacy += &maker.legacy(name, table).map_err(|fault| format!("legacy {name}: {fault}"))?;
    }
    let headers = maker.fields(&contract.headers).map_err(|fault| format!("headers: {fault}"))?;
    let command_line = contract.command_line().map_err(|fault| format!("rules/requests: command-line: {fault}"))?;
    let objects: String =
        contract.objects.iter().map(|(name, _)| format!("&{},", static_name("OBJECT", name))).collect();
    write!(
        maker.out,
        "/// Every operation, in the order of the data.\npub static OPERATIONS: &[Operation] = &[{operations}];\n\
         /// Every object, in the order of the data.\npub static OBJECTS: &[&Object] = &[{objects}];\n\
         /// Endpoints of retired versions.\npub static LEGACY: &[Legacy] = &[{legacy}];\n\
         /// The headers that have rules.\npub static HEADERS: &[Field] = &[{headers}];\n{command_line}"
    )
    .map_err(|error| error.to_string())?;
    Ok((maker.out, maker.used))
}

fn static_name(kind: &str, name: &str) -> String {
    format!("{kind}_{}", constant(name))
}

struct Maker<'a> {
    contract: &'a Contract,
    profile: &'a Profile,
    pages: &'a [Page],
    used: BTreeSet<String>,
    out: String,
}

impl Maker<'_> {
    /// The entries of one part (`fields`, `retired`, `refused`) of an object: its own, then those of its mixins, of which
    /// its own fields and entries take precedence.
    fn merged(&self, table: &Table, part: &str) -> Result<Table, String> {
        let mut merged = data::get(table, part).map_or(Ok(Table::new()), |value| value.table(part))?;
        let own: BTreeSet<String> = merged.iter().map(|(name, _)| name.clone()).collect();
        for mixin in data::get(table, "with").map_or(Ok(Vec::new()), |names| names.strings("with"))? {
            let found = self.contract.mixins.iter().find(|(name, _)| *name == mixin);
            let Some((_, found)) = found else { return Err(format!("there is no mixin {mixin}")) };
            for (name, value) in data::get(found, part).map_or(Ok(Table::new()), |value| value.table(part))? {
                if own.contains(&name) {
                    continue;
                }
                if merged.iter().any(|(known, _)| *known == name) {
                    return Err(format!("{part}.{name} comes from two mixins"));
                }
                merged.push((name, value));
            }
        }
        Ok(merged)
    }

    fn object(&mut self, name: &str, table: &Table) -> Result<(), String> {
        data::only(table, &["what", "closed", "with", "fields", "retired", "refused"])?;
        let fields = self.merged(table, "fields")?;
        let known: BTreeSet<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let own: String = fields.iter().map(|(name, _)| format!("{name:?},")).collect();
        let mut names = own.clone();
        let mut retired = String::new();
        let mut past = BTreeSet::new();
        for (old, value) in self.merged(table, "retired")? {
            if known.contains(old.as_str()) {
                continue;
            }
            retired += &self.retired(&old, &value)?;
            write!(names, "{old:?},").map_err(|error| error.to_string())?;
            past.insert(old);
        }
        let mut refused = String::new();
        for (old, why) in self.merged(table, "refused")? {
            if known.contains(old.as_str()) || past.contains(&old) {
                return Err(format!("refused.{old} is a field or a retired name as well"));
            }
            write!(names, "{old:?},").map_err(|error| error.to_string())?;
            write!(refused, "({old:?}, {:?}),", why.string("refused")?).map_err(|error| error.to_string())?;
        }
        let fields = self.fields(&fields)?;
        let line = format!(
            "/// `{name}` of the data.\npub static {}: Object = Object {{ name: {name:?}, what: {:?}, closed: {}, \
             fields: &[{fields}], retired: &[{retired}], refused: &[{refused}], marks: marks(&[{names}]), slots: slots(&[{own}]) }};\n",
            static_name("OBJECT", name),
            data::need(table, "what")?.string("what")?,
            match data::get(table, "closed") {
                None | Some(Value::Flag(false)) => "Closed::No",
                Some(Value::Flag(true)) => "Closed::Yes",
                Some(Value::String(word)) if word == "likely" => "Closed::Likely",
                Some(_) => return Err("closed is true, false or \"likely\"".to_owned()),
            },
        );
        self.out += &line;
        Ok(())
    }

    fn retired(&self, old: &str, value: &Value) -> Result<String, String> {
        let (now, wrap, how): (_, _, Option<String>);
        let mut doubtful = false;
        match value {
            Value::String(name) => (now, wrap, how) = (Some(name.clone()), "Same", None),
            Value::Table(table) => {
                data::only(table, &["now", "wrap", "how", "gone", "doubtful"])?;
                doubtful = data::get(table, "doubtful").map_or(Ok(false), |value| value.flag("doubtful"))?;
                now = data::get(table, "now").map(|value| value.string("now")).transpose()?;
                how = data::get(table, "how")
                    .or(data::get(table, "gone"))
                    .map(|value| value.string("how"))
                    .transpose()?;
                wrap = match data::get(table, "wrap").map(|value| value.string("wrap")).transpose()?.as_deref() {
                    None => "Same",
                    Some("url") => "Url",
                    Some("asset_id") => "AssetId",
                    Some("list") => "List",
                    Some(other) => return Err(format!("retired.{old}: wrap is “{other}”")),
                };
                if now.is_some() == data::get(table, "gone").is_some() {
                    return Err(format!("retired.{old} needs `now` or `gone`"));
                }
            }
            _ => return Err(format!("retired.{old} is neither a name nor a table")),
        }
        if let Some(now) = &now {
            let first = now.split('.').next().unwrap_or(now);
            let anywhere = self.contract.objects.iter().chain(&self.contract.mixins).any(|(_, table)| {
                matches!(data::get(table, "fields"), Some(Value::Table(fields)) if data::get(fields, first).is_some())
            });
            if !anywhere && first != "limit" {
                return Err(format!("retired.{old}: nothing has a field “{first}”"));
            }
        }
        Ok(format!(
            "Retired {{ name: {old:?}, now: {now:?}, wrap: Wrap::{wrap}, how: {how:?}, doubtful: {doubtful} }},"
        ))
    }

    fn union(&mut self, name: &str, table: &Table) -> Result<(), String> {
        data::only(table, &["what", "by", "variants", "retired", "refused"])?;
        let by = data::need(table, "by")?.string("by")?;
        let mut variants = String::new();
        let entries = data::need(table, "variants")?.table("variants")?;
        for (value, object) in &entries {
            let object = object.string(value)?;
            let Some((_, body)) = self.contract.objects.iter().find(|(known, _)| *known == object) else {
                return Err(format!("there is no object {object}"));
            };
            if self.merged(body, "fields")?.iter().any(|(field, _)| *field == by) {
                return Err(format!("{object} has a field “{by}”, by which the union tells its variants apart"));
            }
            write!(variants, "Variant {{ value: {value:?}, object: &{} }},", static_name("OBJECT", &object))
                .map_err(|error| error.to_string())?;
        }
        let retired =
            self.pairs(table, "retired", &entries.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>())?;
        let mut refused = String::new();
        for (value, why) in data::get(table, "refused").map_or(Ok(Table::new()), |value| value.table("refused"))? {
            write!(refused, "({value:?}, {:?}),", why.string(&value)?).map_err(|error| error.to_string())?;
        }
        let line = format!(
            "/// `{name}` of the data.\npub static {}: Union = Union {{ name: {name:?}, what: {:?}, by: {by:?}, \
             variants: &[{variants}], retired: &[{retired}], refused: &[{refused}] }};\n",
            static_name("UNION", name),
            data::need(table, "what")?.string("what")?,
        );
        self.out += &line;
        Ok(())
    }

    /// Old values and those of today, which must exist.
    fn pairs(&self, table: &Table, key: &str, values: &[String]) -> Result<String, String> {
        let mut out = String::new();
        let Some(pairs) = data::get(table, key) else { return Ok(out) };
        for (old, new) in pairs.table(key)? {
            let new = new.string(&old)?;
            // An union that lacks base64 shares its list of old names with the one that has it.
            if (!values.is_empty() && !values.contains(&new)) || values.contains(&old) {
                return Err(format!("{key}: {old} → {new} is not from an old value to one of today"));
            }
            write!(out, "({old:?}, {new:?}),").map_err(|error| error.to_string())?;
        }
        Ok(out)
    }

    fn operation(&mut self, name: &str, table: &Table) -> Result<String, String> {
        data::only(table, &["what", "body", "encoding", "query", "with", "also"])?;
        let Some((method, path)) = name.split_once(' ') else { return Err("not “METHOD /path”".to_owned()) };
        let encoding = match data::get(table, "encoding").map(|value| value.string("encoding")).transpose()?.as_deref()
        {
            None if method == "GET" => "None",
            None => "Json",
            Some("multipart") => "Multipart",
            Some("none") => "None",
            Some(other) => return Err(format!("encoding is “{other}”")),
        };
        let body = match data::get(table, "body") {
            None if encoding == "Json" => return Err("it needs a body".to_owned()),
            None => "None".to_owned(),
            Some(body) => {
                let body = body.string("body")?;
                if self.contract.unions.iter().any(|(known, _)| *known == body) {
                    format!("Some(Shape::Union(&{}))", static_name("UNION", &body))
                } else if self.contract.objects.iter().any(|(known, _)| *known == body) {
                    format!("Some(Shape::Object(&{}))", static_name("OBJECT", &body))
                } else {
                    return Err(format!("there is no object or union {body}"));
                }
            }
        };
        let mut query = data::get(table, "query").map_or(Ok(Table::new()), |value| value.table("query"))?;
        query.extend(self.merged(table, "fields")?);
        let query = self.fields(&query)?;
        let also = data::get(table, "also").map(|value| value.string("also")).transpose()?;
        Ok(format!(
            "Operation {{ method: {method:?}, path: {path:?}, also: {also:?}, what: {:?}, \
             encoding: Encoding::{encoding}, body: {body}, query: &[{query}] }},\n",
            data::need(table, "what")?.string("what")?,
        ))
    }

    fn legacy(&self, name: &str, table: &Table) -> Result<String, String> {
        data::only(table, &["now", "variant", "adds", "until", "signs", "how"])?;
        let Some((method, path)) = name.split_once(' ') else { return Err("not “METHOD /path”".to_owned()) };
        let now = data::need(table, "now")?.string("now")?;
        let Some(at) = self.contract.operations.iter().position(|(known, _)| *known == now) else {
            return Err(format!("there is no operation {now}"));
        };
        let signs = data::get(table, "signs").map_or(Ok(Vec::new()), |signs| signs.strings("signs"))?;
        let signs: Vec<Vec<&str>> = signs.iter().map(|keys| keys.split(" & ").collect()).collect();
        let head = |sign: &&str| sign.split(['.', ':']).next().unwrap_or_default().to_owned();
        let heads = |keys: &Vec<&str>| keys.iter().map(head).filter(|head| head != "*").collect::<Vec<_>>();
        let marks: String = signs.iter().map(|keys| format!("marks(&{:?}),", heads(keys))).collect();
        let signs: String = signs.iter().map(|keys| format!("&{keys:?},")).collect();
        let adds = data::get(table, "adds").map_or(Ok(Vec::new()), |adds| adds.strings("adds"))?;
        let adds = match adds.as_slice() {
            [] => None,
            [field, value] => Some((field, value)),
            _ => return Err("adds is a field and its value".to_owned()),
        };
        let variant = data::get(table, "variant").map(|variant| variant.string("variant")).transpose()?;
        Ok(format!(
            "Legacy {{ method: {method:?}, path: {path:?}, now: &OPERATIONS[{at}], variant: {variant:?}, \
             adds: {adds:?}, until: {:?}, signs: &[{signs}], marks: &[{marks}], how: {:?} }},\n",
            data::need(table, "until")?.string("until")?,
            data::need(table, "how")?.string("how")?,
        ))
    }

    fn fields(&mut self, fields: &Table) -> Result<String, String> {
        let mut out = String::new();
        for (name, value) in fields {
            let table = value.table(name)?;
            out += &self.field(name, &table).map_err(|fault| format!("{name}: {fault}"))?;
        }
        Ok(out)
    }

    fn field(&mut self, name: &str, table: &Table) -> Result<String, String> {
        const KEYS: [&str; 20] = [
            "type", "what", "required", "null", "default", "min", "max", "above", "even", "values", "renamed", "usual",
            "usual-as", "format", "text", "use", "rule", "with", "doubt", "ignored",
        ];
        data::only(table, &KEYS)?;
        let flag = |key: &str| data::get(table, key).map_or(Ok(false), |value| value.flag(key));
        let default = match data::get(table, "default") {
            None => "None".to_owned(),
            Some(Value::String(text)) => format!("Some(Literal::Text({text:?}))"),
            Some(Value::Number(number)) => format!("Some(Literal::Number({number:?}f64))"),
            Some(Value::Flag(flag)) => format!("Some(Literal::Flag({flag}))"),
            Some(_) => return Err("the default is no text, number or boolean".to_owned()),
        };
        let kind = self.kind(&data::need(table, "type")?.string("type")?, table, false)?;
        let mut uses = String::new();
        let names = match data::get(table, "use") {
            None => Vec::new(),
            Some(Value::String(one)) => vec![one.clone()],
            Some(many) => many.strings("use")?,
        };
        for place in names {
            let Some(at) = self.profile.uses.iter().position(|known| known.name == place) else {
                return Err(format!("there is no place of use “{place}” in the limits"));
            };
            write!(uses, "&USES[{at}],").map_err(|error| error.to_string())?;
        }
        let rule = match data::get(table, "rule").map(|value| value.string("rule")).transpose()? {
            None => "None".to_owned(),
            Some(id) if self.pages.iter().any(|page| page.id == id) => format!("Some(&crate::rule::{})", constant(&id)),
            Some(id) => return Err(format!("there is no page rules/{id}.md")),
        };
        let text = |key: &str| data::get(table, key).map(|value| value.string(key)).transpose();
        let (doubt, ignored) = (text("doubt")?, text("ignored")?);
        Ok(format!(
            "Field {{ name: {name:?}, what: {:?}, required: {}, null: {}, default: {default}, kind: {kind}, \
             uses: &[{uses}], rule: {rule}, doubt: {doubt:?}, ignored: {ignored:?} }},\n",
            data::need(table, "what")?.string("what")?,
            flag("required")?,
            flag("null")?,
        ))
    }

    /// `item` is the kind of the elements of a list, whose bounds are those of the list and not of the element.
    fn kind(&mut self, name: &str, table: &Table, item: bool) -> Result<String, String> {
        if let Some(inner) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            return Ok(format!("Kind::Map(Some(&{}))", self.kind(inner, table, true)?));
        }
        if let Some(inner) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            let (min, max) = (self.limit(table, "min")?, self.limit(table, "max")?);
            let inner = self.kind(inner, table, true)?;
            return Ok(format!("Kind::List(List {{ item: &{inner}, min: {min}, max: {max} }})"));
        }
        let (min, max) = if item {
            ("None".to_owned(), "None".to_owned())
        } else {
            (self.limit(table, "min")?, self.limit(table, "max")?)
        };
        match name {
            "boolean" => Ok("Kind::Flag".to_owned()),
            "map" => Ok("Kind::Map(None)".to_owned()),
            "string" => self.text(table, &min, &max),
            "number" | "integer" => {
                let mut values = String::new();
                if let Some(Value::List(list)) = data::get(table, "values") {
                    for value in list {
                        let Value::Number(number) = value else { return Err("values are no numbers".to_owned()) };
                        write!(values, "{number:?}f64,").map_err(|error| error.to_string())?;
                    }
                }
                Ok(format!(
                    "Kind::Number(Number {{ integer: {}, min: {min}, above: {}, max: {max}, even: {}, values: &[{values}] }})",
                    name == "integer",
                    self.limit(table, "above")?,
                    data::get(table, "even").map_or(Ok(false), |value| value.flag("even"))?,
                ))
            }
            other if self.contract.unions.iter().any(|(known, _)| known == other) => {
                Ok(format!("Kind::Union(&{})", static_name("UNION", other)))
            }
            other if self.contract.objects.iter().any(|(known, _)| known == other) => {
                Ok(format!("Kind::Object(&{})", static_name("OBJECT", other)))
            }
            other => Err(format!("the type “{other}” is neither built in nor an object or union")),
        }
    }

    fn text(&mut self, table: &Table, min: &str, max: &str) -> Result<String, String> {
        const FORMATS: [(&str, &str); 14] = [
            ("https-url", "HttpsUrl"),
            ("callback-url", "CallbackUrl"),
            ("webhook-url", "WebhookUrl"),
            ("asset-id", "AssetId"),
            ("base64", "Base64"),
            ("media-type", "MediaType"),
            ("hex-colour", "HexColour"),
            ("sha256", "Sha256"),
            ("locale", "Locale"),
            ("language-code", "LanguageCode"),
            ("language-name", "LanguageName"),
            ("consent-text", "ConsentText"),
            ("idempotency-key", "IdempotencyKey"),
            ("file", "File"),
        ];
        let values = match data::get(table, "values") {
            None => Vec::new(),
            Some(Value::String(shared)) => {
                let found = self.contract.values.iter().find(|(name, _)| name == shared);
                found.ok_or(format!("there are no values “{shared}”"))?.1.strings("values")?
            }
            Some(list) => list.strings("values")?,
        };
        let renamed = self.pairs(table, "renamed", &values)?;
        let format = match data::get(table, "format").map(|value| value.string("format")).transpose()? {
            None => "None".to_owned(),
            Some(name) => match FORMATS.iter().find(|(known, _)| *known == name) {
                Some((_, variant)) => format!("Some(Format::{variant})"),
                None => return Err(format!("the format “{name}” is not known")),
            },
        };
        let role = match data::get(table, "text").map(|value| value.string("text")).transpose()?.as_deref() {
            None => "Plain",
            Some("script") => "Script",
            Some("speech") => "Speech",
            Some("prompt") => "Prompt",
            Some(other) => return Err(format!("text is “{other}”")),
        };
        let usual = match self.limit(table, "usual")? {
            none if none == "None" => none,
            limit => {
                let severity = match data::need(table, "usual-as")?.string("usual-as")?.as_str() {
                    "hint" => "Hint",
                    "warning" => "Warning",
                    other => return Err(format!("usual-as is “{other}”")),
                };
                limit.replace(')', &format!(", Severity::{severity}))")).replace("Some(", "Some((")
            }
        };
        Ok(format!(
            "Kind::Text(Text {{ min: {min}, max: {max}, values: &{values:?}, renamed: &[{renamed}], usual: {usual}, \
             format: {format}, role: Role::{role} }})"
        ))
    }

    /// The constant of the limit that a key names.
    fn limit(&mut self, table: &Table, key: &str) -> Result<String, String> {
        let Some(name) = data::get(table, key) else { return Ok("None".to_owned()) };
        let name = name.string(key)?;
        if !self.profile.limits.iter().any(|limit| limit.name == name) {
            return Err(format!("{key}: there is no limit “{name}”"));
        }
        let constant = constant(&name);
        self.used.insert(name);
        Ok(format!("Some(crate::limits::{constant})"))
    }
}
