//! A folder of `rules/` → one profile: the name of the service, its limits, its requests, its kinds of jobs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::contract::{self, Contract};
use crate::data::{self, Table};
use crate::emit::{Code, path, public_static, structure};
use crate::limits;
use crate::pages::{self, Page};
use crate::prices;

pub struct Source {
    folder: PathBuf,
    /// The name of its Rust module: `heygen_v3`.
    module: String,
    about: Table,
    pub profile: limits::Profile,
    contract: Contract,
    /// Compiled into unit tests only.
    test: bool,
}

/// Functions in `src/check/` that the data name. The compiler resolves each name, so none can be wrong.
#[derive(Default)]
pub struct Hooks {
    module: String,
    test: bool,
    conditions: Vec<String>,
    measures: Vec<String>,
    job_checks: Vec<String>,
    pasts: Vec<String>,
}

impl Hooks {
    /// `speech.still` is `speech::still` in the folder of the profile, `consent` is `consent::check`.
    pub fn condition(&mut self, name: &str) -> Code {
        let function = self.function(name);
        self.conditions.push(function);
        path(format!("Condition::new({})", self.conditions.len() - 1))
    }

    fn measure(&mut self, name: &str) -> Code {
        let function = self.function(&format!("length.{name}"));
        self.measures.push(function);
        path(format!("Measure::new({})", self.measures.len() - 1))
    }

    fn job_check(&mut self, name: &str) -> Code {
        let function = self.function(name);
        self.job_checks.push(function);
        path(format!("JobCheck::new({})", self.job_checks.len() - 1))
    }

    fn past(&mut self, name: &str) -> Code {
        let test = if self.test { "#[cfg(test)] " } else { "" };
        self.pasts.push(format!("{test}&{}::{}::TRANSLATION", self.module, name.replace('-', "_")));
        path(format!("Past::new({})", self.pasts.len() - 1))
    }

    fn function(&self, name: &str) -> String {
        let (file, function) = name.split_once('.').unwrap_or((name, "check"));
        let (file, function) = (file.replace('-', "_"), function.replace('-', "_"));
        let test = if self.test { "#[cfg(test)] " } else { "" };
        format!("{test}{}::{file}::{function}", self.module)
    }

    /// The tables that `src/check/conditions/` includes.
    pub fn generate(&self) -> String {
        let mut out = String::new();
        for (doc, name, of, functions) in [
            ("What belongs to single objects.", "CONDITIONS", "&[ConditionFn]", &self.conditions),
            ("How long the outcome of a job is.", "MEASURES", "&[MeasureFn]", &self.measures),
            ("What belongs to jobs.", "JOB_CHECKS", "&[JobCheckFn]", &self.job_checks),
            ("How bodies of the past become those of today.", "TRANSLATIONS", "&[&Translation]", &self.pasts),
        ] {
            let functions: Vec<Code> = functions.iter().map(path).collect();
            public_static(&mut out, doc, name, of, &functions);
        }
        out
    }
}

/// Reads the profile in a folder.
pub fn read(folder: &Path, test: bool) -> Result<Source, String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Source {
        module: name.replace('-', "_"),
        about: data::read(&folder.join("profile.toml"))?,
        profile: limits::read(&folder.join("limits.toml"), &name)?,
        contract: contract::read(&folder.join("requests"))?,
        folder: folder.to_owned(),
        test,
    })
}

/// The module of the profile with this number.
pub fn generate(source: &Source, number: usize, pages: &[Page], hooks: &mut Hooks) -> Result<String, String> {
    let within = |fault: String| format!("{}: {fault}", source.folder.display());
    hooks.module.clone_from(&source.module);
    hooks.test = source.test;
    let mut used = pages::used(pages, &source.profile);
    let (jobs, kinds) = jobs(source, hooks).map_err(within)?;
    let (contract, bounds) =
        contract::generate(&source.contract, &source.profile, pages, &kinds, hooks).map_err(within)?;
    used.extend(bounds);
    limits::check(&source.profile, &used).map_err(within)?;
    let mut out = String::new();
    if source.test {
        out.push_str("#[cfg(test)]\n");
    }
    out.push_str(&format!("/// The profile {}.\npub mod {} {{\n", source.profile.name, source.module));
    out.push_str("#[allow(unused_imports, clippy::wildcard_imports)]\nuse super::generated::*;\n");
    out.push_str(
        "/// The limits of the profile.\n#[allow(dead_code)]\npub mod limits {\nuse crate::profile::LimitId;\n",
    );
    out.push_str(&limits::constants(&source.profile, number));
    out.push_str("}\n");
    let uses = limits::uses(&source.profile).map_err(within)?;
    public_static(&mut out, "The places of use.", "USES", "&[Use]", &uses);
    public_static(&mut out, "The kinds of jobs.", "JOBS", "&[JobKind]", &jobs);
    out.push_str(&contract);
    let prices = prices::generate(&source.folder, &kinds).map_err(within)?;
    public_static(&mut out, "What jobs cost.", "PRICES", "Option<PriceList>", &prices);
    let value = value(source, number, hooks).map_err(within)?;
    public_static(&mut out, "The profile itself.", "PROFILE", "Profile", &value);
    out.push_str("}\n");
    Ok(out)
}

fn value(source: &Source, number: usize, hooks: &mut Hooks) -> Result<Code, String> {
    let about = &source.about;
    let past = data::get(about, "past").map(|name| name.string("past")).transpose()?;
    let past = past.map(|name| hooks.past(&name));
    data::only(
        about,
        &[
            "title",
            "version",
            "versions",
            "hosts",
            "words",
            "example",
            "past",
            "bare",
            "upload",
            "recognition",
            "names",
            "keys",
            "placeholders",
            "ssml",
            "jobs",
        ],
    )?;
    let text = |key: &str| data::need(about, key)?.string(key);
    let list = |key: &str| data::get(about, key).map_or(Ok(Vec::new()), |list| list.strings(key));
    let bare = data::need(about, "bare")?.table("bare")?;
    data::only(&bare, &BARE)?;
    let place = |class: &&str| -> Result<Option<Code>, String> {
        let Some(name) = data::get(&bare, class).map(|name| name.string(class)).transpose()? else { return Ok(None) };
        let at = source.profile.uses.iter().position(|place| place.name == name);
        at.map(|at| Some(path(format!("&USES[{at}]")))).ok_or(format!("bare.{class}: there is no use “{name}”"))
    };
    let places: Vec<Option<Code>> = BARE.iter().map(place).collect::<Result<_, _>>()?;
    let places: Vec<(&str, &dyn crate::emit::Emit)> =
        BARE.iter().zip(&places).map(|(class, place)| (*class, place as _)).collect();
    let number = path(number.to_string());
    let errors = data::get(about, "placeholders").map_or(Ok(Table::new()), |table| table.table("placeholders"))?;
    let placeholders: Vec<(String, String)> = errors
        .iter()
        .map(|(ending, code)| Ok((ending.clone(), code.string(ending)?)))
        .collect::<Result<_, String>>()?;
    let ssml = match data::get(about, "ssml").map(|ssml| ssml.table("ssml")).transpose()? {
        Some(table) => {
            data::only(&table, &["field", "value", "settings"])?;
            let text = |key: &str| data::need(&table, key)?.string(key);
            let (field, value, settings) = (text("field")?, text("value")?, text("settings")?);
            Some(structure("Ssml", &[("field", &field), ("value", &value), ("settings", &settings)]))
        }
        None => None,
    };
    Ok(structure(
        "Profile",
        &[
            ("number", &number),
            ("name", &source.profile.name),
            ("title", &text("title")?),
            ("as_of", &source.profile.as_of),
            ("version", &text("version")?),
            ("versions", &list("versions")?),
            ("hosts", &list("hosts")?),
            ("words", &list("words")?),
            ("example", &data::get(about, "example").map(|name| name.string("example")).transpose()?),
            ("limits", &limits::entries(&source.profile)),
            ("shared", &limits::shared(&source.profile)),
            ("uses", &path("USES")),
            ("bare", &structure("Bare", &places)),
            ("upload", &upload(source)?),
            ("recognition", &lists(about, "recognition", "Recognition", &RECOGNITION)?),
            ("names", &lists(about, "names", "RequestNames", &["unique", "record"])?),
            ("keys", &lists(about, "keys", "ApiKeys", &["prefixes", "shapes", "headers", "names"])?),
            ("placeholders", &placeholders),
            ("ssml", &ssml),
            ("operations", &path("OPERATIONS")),
            ("objects", &path("OBJECTS")),
            ("legacy", &path("LEGACY")),
            ("past", &past),
            ("headers", &path("HEADERS")),
            ("jobs", &path("JOBS")),
            ("prices", &path("PRICES.as_ref()")),
            ("command_line", &path("COMMAND_LINE")),
        ],
    ))
}

/// The lists of `Recognition`.
const RECOGNITION: [&str; 8] =
    ["everyday", "similar", "own", "everyday-tags", "labels", "answers", "legacy-scene", "telling"];

/// A structure of lists of words; a missing list is empty.
fn lists(about: &Table, table: &str, structure_name: &str, keys: &[&str]) -> Result<Code, String> {
    let given = data::get(about, table).map_or(Ok(Table::new()), |lists| lists.table(table))?;
    data::only(&given, keys)?;
    let list = |key: &&str| data::get(&given, key).map_or(Ok(Vec::new()), |list| list.strings(key));
    let words: Vec<Vec<String>> = keys.iter().map(list).collect::<Result<_, _>>()?;
    let names: Vec<String> = keys.iter().map(|key| key.replace('-', "_")).collect();
    let fields: Vec<(&str, &dyn crate::emit::Emit)> =
        names.iter().zip(&words).map(|(name, words)| (name.as_str(), words as _)).collect();
    Ok(structure(structure_name, &fields))
}

/// The kinds of files, as in the fields of `Bare`.
const BARE: [&str; 6] = ["picture", "video", "audio", "document", "subtitle", "other"];

fn upload(source: &Source) -> Result<Option<Code>, String> {
    let Some(upload) = data::get(&source.about, "upload") else { return Ok(None) };
    let upload = upload.table("upload")?;
    data::only(&upload, &["operation", "max-size", "reference", "direct", "direct-max-size"])?;
    let text = |key: &str| data::need(&upload, key)?.string(key);
    let operation = |key: &str| -> Result<String, String> {
        let name = text(key)?;
        source.contract.has_operation(&name).then_some(name.clone()).ok_or(format!("there is no operation {name}"))
    };
    let limit = |key: &str| source.profile.limit(&text(key)?);
    let reference = text("reference")?;
    Ok(Some(structure(
        "Upload",
        &[
            ("operation", &operation("operation")?),
            ("max_size", &limit("max-size")?),
            ("reference", &reference),
            ("hint", &format!("upload the file with {} and use its {reference}", operation("operation")?)),
            ("direct", &operation("direct")?),
            ("direct_max_size", &limit("direct-max-size")?),
        ],
    )))
}

/// The kinds of jobs, with the index of each by name.
fn jobs(source: &Source, hooks: &mut Hooks) -> Result<(Vec<Code>, BTreeMap<String, usize>), String> {
    let (mut made, mut places) = (Vec::new(), BTreeMap::new());
    let jobs = data::get(&source.about, "jobs").map_or(Ok(Table::new()), |jobs| jobs.table("jobs"))?;
    for (at, (name, kind)) in jobs.iter().enumerate() {
        let kind = kind.table(name)?;
        data::only(&kind, &["one", "many", "limited", "repeatable", "count", "length", "bound"])?;
        let text = |key: &str| data::get(&kind, key).map(|text| text.string(key)).transpose();
        let length = text("length")?.map(|length| hooks.measure(&length));
        let bound = text("bound")?.map(|bound| hooks.job_check(&bound));
        made.push(structure(
            "JobKind",
            &[
                ("order", &path(at.to_string())),
                ("name", &name.replace('-', "_")),
                ("one", &data::need(&kind, "one")?.string("one")?),
                ("many", &data::need(&kind, "many")?.string("many")?),
                ("limited", &data::get(&kind, "limited").map_or(Ok(false), |flag| flag.flag("limited"))?),
                ("repeatable", &data::get(&kind, "repeatable").map_or(Ok(false), |flag| flag.flag("repeatable"))?),
                ("count", &text("count")?),
                ("length", &length),
                ("bound", &bound),
            ],
        ));
        places.insert(name.clone(), at);
    }
    Ok((made, places))
}
