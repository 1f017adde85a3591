//! `rules/*/requests/*.toml` → operations, objects, unions and fields.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::emit::{Code, call, path, public_static, structure};
use crate::limits::Profile;
use crate::pages::Page;
use crate::profile::Hooks;
use crate::{constant, data};
use data::{Table, Value};

/// The content of the files of a profile.
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

impl Contract {
    fn is_object(&self, name: &str) -> bool {
        self.objects.iter().any(|(known, _)| known == name)
    }

    pub fn has_operation(&self, name: &str) -> bool {
        self.operations.iter().any(|(known, _)| known == name)
    }

    /// The official command line: its program, and the operation to which each command sends a body.
    fn command_line(&self) -> Result<Option<Code>, String> {
        if self.command_line.is_empty() {
            return Ok(None);
        }
        let keys = ["program", "commands", "tools", "tool-branches"];
        data::only(&self.command_line, &keys)?;
        let program = data::need(&self.command_line, "program")?.string("program")?;
        let commands = self.targets("commands")?;
        let tools = self.targets("tools")?;
        let mut branches = Vec::new();
        for (tool, tag) in data::need(&self.command_line, "tool-branches")?.table("tool-branches")? {
            if !tools.iter().any(|(known, _)| *known == tool) {
                return Err(format!("tool-branches names “{tool}”, which is no tool"));
            }
            branches.push((tool.clone(), tag.string(&tool)?));
        }
        Ok(Some(structure(
            "CommandLine",
            &[("program", &program), ("commands", &commands), ("tools", &tools), ("tool_branches", &branches)],
        )))
    }

    /// A table of names, with the operation to which each sends a body.
    fn targets(&self, table: &str) -> Result<Vec<(String, String)>, String> {
        let mut targets = Vec::new();
        for (name, endpoint) in data::need(&self.command_line, table)?.table(table)? {
            let endpoint = endpoint.string(&name)?;
            if !self.has_operation(&endpoint) {
                return Err(format!("“{name}” sends to {endpoint}, which is no operation"));
            }
            targets.push((name, endpoint));
        }
        Ok(targets)
    }

    fn is_union(&self, name: &str) -> bool {
        self.unions.iter().any(|(known, _)| known == name)
    }
}

/// Reads the contract of a profile. A profile for media files has no folder of requests.
pub fn read(folder: &Path) -> Result<Contract, String> {
    if !folder.exists() {
        return Ok(Contract::default());
    }
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

/// Generates the tables, and the names of the limits that they read. `jobs` are the kinds of jobs of the profile.
pub fn generate(
    contract: &Contract,
    profile: &Profile,
    pages: &[Page],
    jobs: &BTreeMap<String, usize>,
    hooks: &mut Hooks,
) -> Result<(String, BTreeSet<String>), String> {
    let mut maker = Maker { contract, profile, pages, jobs, hooks, used: BTreeSet::new(), out: String::new() };
    for (name, table) in &contract.objects {
        maker.object(name, table).map_err(|fault| format!("object {name}: {fault}"))?;
    }
    for (name, table) in &contract.unions {
        maker.union(name, table).map_err(|fault| format!("union {name}: {fault}"))?;
    }
    let mut operations = Vec::new();
    for (name, table) in &contract.operations {
        operations.push(maker.operation(name, table).map_err(|fault| format!("{name}: {fault}"))?);
    }
    let mut legacy = Vec::new();
    for (name, table) in &contract.legacy {
        legacy.push(maker.legacy(name, table).map_err(|fault| format!("legacy {name}: {fault}"))?);
    }
    let headers = maker.fields(&contract.headers).map_err(|fault| format!("headers: {fault}"))?;
    let objects: Vec<Code> = contract.objects.iter().map(|(name, _)| reference("OBJECT", name)).collect();
    let out = &mut maker.out;
    public_static(out, "Every operation, in the order of the data.", "OPERATIONS", "&[Operation]", &operations);
    public_static(out, "Every object, in the order of the data.", "OBJECTS", "&[&Object]", &objects);
    public_static(out, "Endpoints of retired versions.", "LEGACY", "&[Legacy]", &legacy);
    public_static(out, "The headers that have rules.", "HEADERS", "&[Field]", &headers);
    let command_line = contract.command_line().map_err(|fault| format!("command-line: {fault}"))?;
    public_static(out, "The official command line.", "COMMAND_LINE", "Option<CommandLine>", &command_line);
    Ok((maker.out, maker.used))
}

fn static_name(kind: &str, name: &str) -> String {
    format!("{kind}_{}", constant(name))
}

/// `&OBJECT_NAME`
fn reference(kind: &str, name: &str) -> Code {
    path(format!("&{}", static_name(kind, name)))
}

struct Maker<'a> {
    contract: &'a Contract,
    profile: &'a Profile,
    pages: &'a [Page],
    jobs: &'a BTreeMap<String, usize>,
    hooks: &'a mut Hooks,
    used: BTreeSet<String>,
    out: String,
}

impl Maker<'_> {
    /// The entries of one part (`fields`, `retired`, `refused`) of an object: its own, then those of its mixins. Its
    /// own fields and entries take precedence.
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
        data::only(table, &["what", "closed", "with", "fields", "retired", "refused", "conditions", "job"])?;
        let fields = self.merged(table, "fields")?;
        let own: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let mut names: Vec<String> = own.iter().map(|name| (*name).to_owned()).collect();
        let mut retired = Vec::new();
        for (old, value) in self.merged(table, "retired")? {
            if own.contains(&old.as_str()) {
                continue;
            }
            retired.push(self.retired(&old, &value)?);
            names.push(old);
        }
        let mut refused = Vec::new();
        for (old, why) in self.merged(table, "refused")? {
            if names.contains(&old) {
                return Err(format!("refused.{old} is a field or a retired name as well"));
            }
            refused.push((old.clone(), why.string("refused")?));
            names.push(old);
        }
        let conditions = data::get(table, "conditions").map_or(Ok(Vec::new()), |names| names.strings("conditions"))?;
        let conditions: Vec<Code> = conditions.iter().map(|name| self.hooks.condition(name)).collect();
        let closed = path(match data::get(table, "closed") {
            None | Some(Value::Flag(false)) => "Closed::No",
            Some(Value::Flag(true)) => "Closed::Yes",
            Some(Value::String(word)) if word == "likely" => "Closed::Likely",
            Some(_) => return Err("closed is true, false or \"likely\"".to_owned()),
        });
        let object = structure(
            "Object",
            &[
                ("name", &name),
                ("what", &data::need(table, "what")?.string("what")?),
                ("closed", &closed),
                ("fields", &self.fields(&fields)?),
                ("retired", &retired),
                ("refused", &refused),
                ("marks", &call("marks", &names)),
                ("slots", &call("slots", &own)),
                ("conditions", &conditions),
                ("job", &self.job(table)?),
            ],
        );
        public_static(
            &mut self.out,
            &format!("`{name}` of the data."),
            &static_name("OBJECT", name),
            "Object",
            &object,
        );
        Ok(())
    }

    /// The kind of job of an object or a union.
    fn job(&self, table: &Table) -> Result<Option<Code>, String> {
        let Some(name) = data::get(table, "job") else { return Ok(None) };
        let name = name.string("job")?;
        match self.jobs.get(&name) {
            Some(at) => Ok(Some(path(format!("&JOBS[{at}]")))),
            None => Err(format!("there is no job “{name}” in profile.toml")),
        }
    }

    fn retired(&self, old: &str, value: &Value) -> Result<Code, String> {
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
                    Some("flat") => "Flat",
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
        let wrap = path(format!("Wrap::{wrap}"));
        Ok(structure(
            "Retired",
            &[("name", &old), ("now", &now), ("wrap", &wrap), ("how", &how), ("doubtful", &doubtful)],
        ))
    }

    fn union(&mut self, name: &str, table: &Table) -> Result<(), String> {
        data::only(table, &["what", "by", "variants", "retired", "refused", "job"])?;
        let by = data::need(table, "by")?.string("by")?;
        let mut variants = Vec::new();
        let entries = data::need(table, "variants")?.table("variants")?;
        for (value, object) in &entries {
            let object = object.string(value)?;
            let Some((_, body)) = self.contract.objects.iter().find(|(known, _)| *known == object) else {
                return Err(format!("there is no object {object}"));
            };
            if self.merged(body, "fields")?.iter().any(|(field, _)| *field == by) {
                return Err(format!("{object} has a field “{by}”, by which the union tells its variants apart"));
            }
            variants.push(structure("Variant", &[("value", &value), ("object", &reference("OBJECT", &object))]));
        }
        let values: Vec<String> = entries.iter().map(|(value, _)| value.clone()).collect();
        let refused = data::get(table, "refused").map_or(Ok(Table::new()), |value| value.table("refused"))?;
        let reason = |(value, why): &(String, Value)| Ok::<_, String>((value.clone(), why.string(value)?));
        let refused: Vec<(String, String)> = refused.iter().map(reason).collect::<Result<_, _>>()?;
        let union = structure(
            "Union",
            &[
                ("name", &name),
                ("what", &data::need(table, "what")?.string("what")?),
                ("by", &by),
                ("variants", &variants),
                ("retired", &pairs(table, "retired", &values)?),
                ("refused", &refused),
                ("job", &self.job(table)?),
            ],
        );
        public_static(&mut self.out, &format!("`{name}` of the data."), &static_name("UNION", name), "Union", &union);
        Ok(())
    }

    fn operation(&mut self, name: &str, table: &Table) -> Result<Code, String> {
        data::only(table, &["what", "body", "encoding", "query", "with", "also", "prose"])?;
        let Some((method, route)) = name.split_once(' ') else { return Err("not “METHOD /path”".to_owned()) };
        let encoding = match data::get(table, "encoding").map(|value| value.string("encoding")).transpose()?.as_deref()
        {
            None if method == "GET" => "None",
            None => "Json",
            Some("multipart") => "Multipart",
            Some("none") => "None",
            Some(other) => return Err(format!("encoding is “{other}”")),
        };
        let body = match data::get(table, "body").map(|body| body.string("body")).transpose()? {
            None if encoding == "Json" => return Err("it needs a body".to_owned()),
            None => None,
            Some(body) if self.contract.is_union(&body) => Some(call("BodyShape::Union", &reference("UNION", &body))),
            Some(body) if self.contract.is_object(&body) => {
                Some(call("BodyShape::Object", &reference("OBJECT", &body)))
            }
            Some(body) => return Err(format!("there is no object or union {body}")),
        };
        let mut query = data::get(table, "query").map_or(Ok(Table::new()), |value| value.table("query"))?;
        query.extend(self.merged(table, "fields")?);
        Ok(structure(
            "Operation",
            &[
                ("method", &method),
                ("path", &route),
                ("also", &data::get(table, "also").map(|value| value.string("also")).transpose()?),
                ("what", &data::need(table, "what")?.string("what")?),
                ("encoding", &path(format!("BodyEncoding::{encoding}"))),
                ("body", &body),
                ("query", &self.fields(&query)?),
                ("prose", &data::get(table, "prose").map_or(Ok(false), |value| value.flag("prose"))?),
            ],
        ))
    }

    fn legacy(&self, name: &str, table: &Table) -> Result<Code, String> {
        data::only(table, &["now", "variant", "adds", "until", "signs", "how"])?;
        let Some((method, route)) = name.split_once(' ') else { return Err("not “METHOD /path”".to_owned()) };
        let now = data::need(table, "now")?.string("now")?;
        let Some(at) = self.contract.operations.iter().position(|(known, _)| *known == now) else {
            return Err(format!("there is no operation {now}"));
        };
        let signs = data::get(table, "signs").map_or(Ok(Vec::new()), |signs| signs.strings("signs"))?;
        let signs: Vec<Vec<&str>> = signs.iter().map(|keys| keys.split(" & ").collect()).collect();
        let head = |sign: &&str| sign.split(['.', ':']).next().unwrap_or_default().to_owned();
        let heads = |keys: &Vec<&str>| keys.iter().map(head).filter(|head| head != "*").collect::<Vec<_>>();
        let marks: Vec<Code> = signs.iter().map(|keys| call("marks", &heads(keys))).collect();
        let adds = data::get(table, "adds").map_or(Ok(Vec::new()), |adds| adds.strings("adds"))?;
        let adds = match adds.as_slice() {
            [] => None,
            [field, value] => Some((field, value)),
            _ => return Err("adds is a field and its value".to_owned()),
        };
        Ok(structure(
            "Legacy",
            &[
                ("method", &method),
                ("path", &route),
                ("now", &path(format!("&OPERATIONS[{at}]"))),
                ("variant", &data::get(table, "variant").map(|variant| variant.string("variant")).transpose()?),
                ("adds", &adds),
                ("until", &data::need(table, "until")?.string("until")?),
                ("signs", &signs),
                ("marks", &marks),
                ("how", &data::need(table, "how")?.string("how")?),
            ],
        ))
    }

    fn fields(&mut self, fields: &Table) -> Result<Vec<Code>, String> {
        let mut field = |(name, value): &(String, Value)| {
            self.field(name, &value.table(name)?).map_err(|fault| format!("{name}: {fault}"))
        };
        fields.iter().map(&mut field).collect()
    }

    fn field(&mut self, name: &str, table: &Table) -> Result<Code, String> {
        const KEYS: [&str; 23] = [
            "type", "what", "required", "null", "default", "min", "max", "above", "even", "values", "renamed", "usual",
            "usual-as", "format", "text", "use", "rule", "with", "doubt", "ignored", "pattern", "prose", "decides",
        ];
        data::only(table, &KEYS)?;
        let flag = |key: &str| data::get(table, key).map_or(Ok(false), |value| value.flag(key));
        let default = match data::get(table, "default") {
            None => None,
            Some(Value::String(text)) => Some(call("Literal::Text", text)),
            Some(Value::Number(number)) => Some(call("Literal::Number", number)),
            Some(Value::Flag(flag)) => Some(call("Literal::Flag", flag)),
            Some(_) => return Err("the default is no text, number or boolean".to_owned()),
        };
        let kind = self.kind(&data::need(table, "type")?.string("type")?, table, false)?;
        let names = match data::get(table, "use") {
            None => Vec::new(),
            Some(Value::String(one)) => vec![one.clone()],
            Some(many) => many.strings("use")?,
        };
        let mut uses = Vec::new();
        for place in names {
            let Some(at) = self.profile.uses.iter().position(|known| known.name == place) else {
                return Err(format!("there is no place of use “{place}” in the limits"));
            };
            uses.push(path(format!("&USES[{at}]")));
        }
        let text = |key: &str| data::get(table, key).map(|value| value.string(key)).transpose();
        let prose = path(match data::get(table, "prose") {
            None => "Prose::Nothing",
            Some(Value::Flag(true)) => "Prose::Field",
            Some(Value::String(word)) if word == "values" => "Prose::Values",
            Some(_) => return Err("prose is true or \"values\"".to_owned()),
        });
        let rule = text("rule")?;
        if let Some(id) = rule.as_ref().filter(|id| !self.pages.iter().any(|page| page.id == **id)) {
            return Err(format!("there is no page rules/{id}.md"));
        }
        Ok(structure(
            "Field",
            &[
                ("name", &name),
                ("what", &data::need(table, "what")?.string("what")?),
                ("required", &flag("required")?),
                ("null", &flag("null")?),
                ("default", &default),
                ("kind", &kind),
                ("uses", &uses),
                ("rule", &rule),
                ("doubt", &text("doubt")?),
                ("ignored", &text("ignored")?),
                ("pattern", &text("pattern")?),
                ("prose", &prose),
                ("decides", &flag("decides")?),
            ],
        ))
    }

    /// `item` is the kind of the elements of a list. Bounds then apply to the list, not to the element.
    fn kind(&mut self, name: &str, table: &Table, item: bool) -> Result<Code, String> {
        if let Some(inner) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            let inner = path(format!("&{}", self.kind(inner, table, true)?.0));
            return Ok(call("FieldKind::Map", &Some(inner)));
        }
        if let Some(inner) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            let (min, max) = (self.limit(table, "min")?, self.limit(table, "max")?);
            let inner = path(format!("&{}", self.kind(inner, table, true)?.0));
            let list = structure("List", &[("item", &inner), ("min", &min), ("max", &max)]);
            return Ok(call("FieldKind::List", &list));
        }
        let (min, max) = if item { (None, None) } else { (self.limit(table, "min")?, self.limit(table, "max")?) };
        match name {
            "boolean" => Ok(path("FieldKind::Flag")),
            "map" => Ok(path("FieldKind::Map(None)")),
            "string" => self.text(table, &min, &max),
            "number" | "integer" => {
                let mut values = Vec::new();
                if let Some(Value::List(list)) = data::get(table, "values") {
                    for value in list {
                        let Value::Number(number) = value else { return Err("values are no numbers".to_owned()) };
                        values.push(*number);
                    }
                }
                let number = structure(
                    "Number",
                    &[
                        ("integer", &(name == "integer")),
                        ("min", &min),
                        ("above", &self.limit(table, "above")?),
                        ("max", &max),
                        ("even", &data::get(table, "even").map_or(Ok(false), |value| value.flag("even"))?),
                        ("values", &values),
                    ],
                );
                Ok(call("FieldKind::Number", &number))
            }
            other if self.contract.is_union(other) => Ok(call("FieldKind::Union", &reference("UNION", other))),
            other if self.contract.is_object(other) => Ok(call("FieldKind::Object", &reference("OBJECT", other))),
            other => Err(format!("the type “{other}” is neither built in nor an object or union")),
        }
    }

    fn text(&mut self, table: &Table, min: &Option<Code>, max: &Option<Code>) -> Result<Code, String> {
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
        const ROLES: [(&str, &str); 3] = [("script", "Script"), ("speech", "Speech"), ("prompt", "Prompt")];
        let values = match data::get(table, "values") {
            None => Vec::new(),
            Some(Value::String(shared)) => {
                let found = self.contract.values.iter().find(|(name, _)| name == shared);
                found.ok_or(format!("there are no values “{shared}”"))?.1.strings("values")?
            }
            Some(list) => list.strings("values")?,
        };
        let named = |key: &str, of: &str, known: &[(&str, &str)]| -> Result<Option<Code>, String> {
            let Some(name) = data::get(table, key).map(|value| value.string(key)).transpose()? else {
                return Ok(None);
            };
            let found = known.iter().find(|(known, _)| *known == name);
            found.map(|(_, variant)| Some(path(format!("{of}::{variant}")))).ok_or(format!("{key} is “{name}”"))
        };
        let advice = [("hint", "Hint"), ("warning", "Warning")];
        let usual = match (self.limit(table, "usual")?, named("usual-as", "Advice", &advice)?) {
            (Some(limit), Some(advice)) => Some((limit, advice)),
            (None, None) => None,
            _ => return Err("usual and usual-as go together".to_owned()),
        };
        let text = structure(
            "Text",
            &[
                ("min", &min),
                ("max", &max),
                ("values", &values),
                ("renamed", &pairs(table, "renamed", &values)?),
                ("usual", &usual),
                ("format", &named("format", "TextFormat", &FORMATS)?),
                ("role", &named("text", "TextRole", &ROLES)?.unwrap_or(path("TextRole::Plain"))),
            ],
        );
        Ok(call("FieldKind::Text", &text))
    }

    /// The constant of the limit that a key names.
    fn limit(&mut self, table: &Table, key: &str) -> Result<Option<Code>, String> {
        let Some(name) = data::get(table, key) else { return Ok(None) };
        let name = name.string(key)?;
        let constant = self.profile.limit(&name).map_err(|fault| format!("{key}: {fault}"))?;
        self.used.insert(name);
        Ok(Some(constant))
    }
}

/// Old values with the current ones, which must exist.
fn pairs(table: &Table, key: &str, values: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut out = Vec::new();
    let Some(pairs) = data::get(table, key) else { return Ok(out) };
    for (old, new) in pairs.table(key)? {
        let new = new.string(&old)?;
        if (!values.is_empty() && !values.contains(&new)) || values.contains(&old) {
            return Err(format!("{key}: {old} → {new} is not from an old value to one of today"));
        }
        out.push((old, new));
    }
    Ok(out)
}
