//! The second phase: each media file once, for every place that uses it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::facts::Read;
use super::{Looked, MediaUse, Raised, Run, Tail, guarded};
use crate::check::media::{Subject, check, is_of_file};
use crate::config::{Config, Configs};
use crate::finding::{Edit, Fix, Related, Rename};
use crate::limits::Use;
use crate::media::{Bytes, Class, CompactFacts, Facts, Format, sniff};
use crate::outcome::gallery::MediaUses;
use crate::outcome::{CheckedFile, FileKind};
use crate::profile::Profile;
use crate::rule::{self, Severity};
use crate::source::display_name;
use crate::walk::{self, Input, InputKind};

/// A place that a file is held against.
pub(super) struct Applied<'j> {
    pub(super) place: &'static Use,
    /// The configuration whose limits hold.
    pub(super) config: &'j Arc<Config>,
    /// The values that use the file there.
    users: Vec<Related>,
    /// Its use is only assumed from its kind.
    bare: bool,
}

/// One media file to check.
pub(super) struct MediaTask {
    pub(super) path: PathBuf,
    pub(super) name: Arc<str>,
    pub(super) config: Arc<Config>,
    /// The requests that refer to it; none for a bare file.
    pub(super) sites: Vec<MediaUse>,
    /// It is known to be a regular file.
    seen: bool,
    /// Somebody named the file itself, or the configuration does.
    named: bool,
}

/// The media files of a run, each once.
pub(super) struct MediaQueue {
    jobs: Vec<MediaTask>,
    /// The number of files that the walk found; they come first, sorted by path.
    found: usize,
    /// The indices of files that only requests refer to.
    referred: HashMap<PathBuf, usize>,
}

impl MediaQueue {
    pub fn new(inputs: Vec<Input>) -> Self {
        let job = |Input { path, name, config, named, .. }| MediaTask {
            named,
            path,
            name,
            config,
            sites: Vec::new(),
            seen: true,
        };
        let mut jobs: Vec<MediaTask> = inputs.into_iter().map(job).collect();
        sort(&mut jobs);
        // A file that takes the name of its copy.
        jobs.dedup_by(|b, a| a.path == b.path);
        Self { found: jobs.len(), jobs, referred: HashMap::new() }
    }

    /// Whether a file was found or is referred to.
    pub fn holds(&self, path: &Path) -> bool {
        let found = self.jobs.get(..self.found).unwrap_or_default();
        found.binary_search_by(|job| job.path.as_os_str().cmp(path.as_os_str())).is_ok()
            || self.referred.contains_key(path)
    }

    /// Notes that a request refers to a file.
    pub fn refer(&mut self, configs: &Configs, path: PathBuf, site: MediaUse) {
        let found = self.jobs.get(..self.found).unwrap_or_default();
        let at = match found.binary_search_by(|job| job.path.as_os_str().cmp(path.as_os_str())) {
            Ok(at) => at,
            Err(_) => match self.referred.entry(path) {
                Entry::Occupied(entry) => *entry.get(),
                Entry::Vacant(entry) => {
                    let path = entry.key().clone();
                    let (name, config) = (configs.name(&path).into(), configs.of_file(&path));
                    self.jobs.push(MediaTask { path, name, config, sites: Vec::new(), seen: false, named: false });
                    *entry.insert(self.jobs.len() - 1)
                }
            },
        };
        if let Some(job) = self.jobs.get_mut(at) {
            job.sites.push(site);
        }
    }

    pub fn all(mut self) -> Vec<MediaTask> {
        for job in &mut self.jobs {
            job.sites.sort_by(|a, b| a.location.cmp(&b.location));
        }
        sort(&mut self.jobs);
        self.jobs
    }
}

fn sort(jobs: &mut [MediaTask]) {
    jobs.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
}

/// Sniffs a named file whose name says nothing.
pub(super) fn sniffed(mut input: Input) -> Input {
    if input.kind != InputKind::Unknown {
        return input;
    }
    input.kind = InputKind::Media;
    // A file that cannot be opened is reported when it is checked.
    if let Ok((file, _)) = walk::open(&input.path)
        && let Ok(mut bytes) = Bytes::of_file(&file)
        && is_json(&mut bytes)
    {
        input.kind = InputKind::Json;
    }
    input
}

/// Whether bytes under an unknown name are JSON, complete or half-typed.
pub(super) fn is_json(bytes: &mut Bytes<'_>) -> bool {
    let head = bytes.peek(0, 512).unwrap_or_default();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    // No media format begins like this; subtitles and logs rarely do.
    first == Some(&b'{') || (first == Some(&b'[') && sniff(bytes).is_ok_and(|format| format == Format::Json))
}

impl Run<'_> {
    pub(super) fn media(&self, job: &MediaTask) -> Looked {
        // Only a file that a request refers to can have been read already.
        let known = if job.sites.is_empty() || !self.reads_once() { None } else { self.facts.known(&job.path) };
        self.judged(job, known.unwrap_or_else(|| self.facts.of(&job.path, job.seen)))
    }

    pub(super) fn media_bytes(&self, input: &Input, bytes: &[u8]) -> Looked {
        let (path, name) = (input.path.clone(), Arc::clone(&input.name));
        let job =
            MediaTask { path, name, config: Arc::clone(&input.config), sites: Vec::new(), seen: false, named: true };
        let read = guarded(|| self.facts.of_bytes(&mut Bytes::of_slice(bytes), Format::promised(&job.path)));
        self.judged(&job, read)
    }

    /// The duration of a local file.
    pub(super) fn duration(&self, path: &Path) -> Option<f64> {
        let read = self.facts.before_its_turn(path, self.reads_once());
        let facts = read.ok()?.ok()?;
        let seconds = facts.duration_s.or(facts.declared_duration_s);
        seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
    }

    /// Whether this run will check a file that a request refers to, so that reading it now is not wasted. Another
    /// shard may check it.
    fn reads_once(&self) -> bool {
        !self.settings.shard.unwrap_or_default().is_part()
    }

    fn judged(&self, job: &MediaTask, read: Read) -> Looked {
        let facts = match read {
            Ok(Ok(facts)) => facts,
            Ok(Err(message)) => return unreadable(job, message),
            Err(fault) => return unreadable(job, internal(&fault)),
        };
        let mut places = Vec::new();
        let raised = match guarded(|| self.held(job, &facts, &mut places)) {
            Ok(raised) => raised,
            Err(fault) => return unreadable(job, internal(&fault)),
        };
        let promised = Format::promised(&job.path);
        let is_media = |class| !matches!(class, Class::Text | Class::Archive | Class::Unknown);
        let media = is_media(facts.format.class()) || promised.is_some_and(|format| is_media(format.class()));
        let kind = if media || !job.sites.is_empty() { FileKind::Media } else { FileKind::Other };
        let (path, size_bytes) = (job.name.to_string(), facts.size_bytes);
        let file =
            CheckedFile { path, kind, size_bytes, compact: CompactFacts::of(&facts), requests: 0, broken: false };
        let uses = self.settings.gallery.then(|| {
            let mut uses = MediaUses { names: places.into_iter().collect(), ..MediaUses::default() };
            job.sites.iter().for_each(|site| uses.refer(&site.location));
            Box::new(uses)
        });
        let is_upload = job.sites.iter().any(|site| site.tail.is_some());
        let unclaimed = self.is_unclaimed(job) && !raised.is_empty();
        Looked { raised, file: Some(file), uses, is_upload, unclaimed, ..Looked::default() }
    }

    /// Nobody says that the file is ever sent: no request refers to it, it was not named, its use was not told, and the
    /// project has no configuration. It may be a screenshot, which is not to fail a run.
    fn is_unclaimed(&self, job: &MediaTask) -> bool {
        let is_told = self.settings.place.is_some() || !self.settings.profiles.is_empty();
        job.sites.is_empty() && !job.named && !is_told && !job.config.is_written()
    }

    /// The places that the file is held against: those that requests use it at, and those of the services that it goes to
    /// without one.
    fn applied<'j>(&self, job: &'j MediaTask, facts: &Facts) -> Vec<Applied<'j>> {
        let mut applied: Vec<Applied<'j>> = Vec::new();
        for site in &job.sites {
            let Some(place) = self.choose(site.uses, facts.format, &site.config) else { continue };
            let known = |known: &&mut Applied<'j>| *known.place == *place && Arc::ptr_eq(known.config, &site.config);
            let user = Related { message: format!("used here as {}", as_a(place)), location: site.location.clone() };
            match applied.iter_mut().find(known) {
                Some(known) => known.users.push(user),
                None => applied.push(Applied { place, config: &site.config, users: vec![user], bare: false }),
            }
        }
        let has_users = |profile: &Profile| applied.iter().any(|known| known.place.profile() == profile);
        let services = self.services_of(&job.path, &job.config).iter().copied();
        let services: Vec<&'static Profile> = services.filter(|profile| !has_users(profile)).collect();
        let named = self.settings.place.or_else(|| job.config.media_of(&job.path)?.place);
        let stated: Vec<&'static Use> = services.iter().filter_map(|profile| profile.find_use(named?)).collect();
        let (places, bare) = match (stated.is_empty(), applied.is_empty()) {
            (false, _) => (stated, false),
            (true, alone) => (bare_places(&services, facts.format, &job.path, alone), true),
        };
        let made = |place| Applied { place, config: &job.config, users: Vec::new(), bare };
        applied.extend(places.into_iter().map(made));
        applied
    }

    /// Checks the facts for every place that the file goes to, and names these places.
    fn held(&self, job: &MediaTask, facts: &Facts, names: &mut Vec<&'static str>) -> Vec<Raised> {
        let name = file_name(&job.path);
        let (mut held, mut found_by) = (Vec::<Raised>::new(), Vec::<&'static Profile>::new());
        let applied = self.applied(job, facts);
        let unclaimed = self.is_unclaimed(job);
        for Applied { place, config, users, bare } in &applied {
            let profile = place.profile();
            let subject = Subject { name: &name, bare: *bare };
            for mut finding in check(facts, &subject, place, &self.context(config, profile)) {
                // A fault of the file itself is the same for every service.
                let is_own = is_of_file(finding.rule, facts);
                finding.belongs_to(profile, is_own);
                if unclaimed {
                    finding = finding.at_most(Severity::Hint);
                }
                // A fault is one finding, however many places it concerns.
                let same = |(known, of): &(&mut Raised, &&'static Profile)| {
                    let known = &known.finding;
                    let is_said = known.message == finding.message && known.profile == finding.profile;
                    known.rule == finding.rule && (is_said || is_own && **of != profile)
                };
                if let Some((known, _)) = held.iter_mut().zip(&found_by).find(same) {
                    known.finding.related.extend(users.iter().cloned());
                } else {
                    finding.related.splice(0..0, users.iter().cloned());
                    held.push(Raised { finding, config: Arc::clone(config) });
                    found_by.push(profile);
                }
            }
        }
        names.extend(applied.iter().map(|applied| applied.place.name));
        for Raised { finding, config } in &mut held {
            finding.name_service(self.names_services(config, true));
        }
        self.remedy(job, facts, &applied, &mut held);
        for raised in &mut held {
            let finding = &mut raised.finding;
            if *finding.rule == rule::FILE_EXTENSION_MISMATCH {
                finding.fix = self.rename(job, facts.format);
            }
            let related = finding.related.iter_mut().map(|related| &mut related.location);
            for location in related.chain([&mut finding.location]) {
                if location.file.is_empty() {
                    location.file = Arc::clone(&job.name);
                }
            }
        }
        held
    }
}

impl Run<'_> {
    /// Renames the file to the extension of its format, with every reference to it; none if that cannot
    /// be done completely.
    fn rename(&self, job: &MediaTask, format: Format) -> Option<Fix> {
        let proper = *format.extensions().first()?;
        // A name that is not UTF-8 cannot be written in a report or a request.
        job.path.to_str()?;
        let to = match job.path.extension() {
            Some(_) => job.path.with_extension(proper),
            None => job.path.with_file_name(format!("{}.{proper}", job.path.file_name()?.to_str()?)),
        };
        if !self.borders.owns(&job.path, &job.config) {
            return None;
        }
        let overlay = &self.settings.overlay;
        // An interrupted fix left the file under both names: finish it.
        let is_taken = || {
            to.symlink_metadata().is_ok()
                && overlay.moved(&to).is_none()
                && !walk::is_same_content(overlay.real(&job.path), &to)
        };
        if overlay.renamed.contains_key(&to) || is_taken() {
            return None;
        }
        // Under its new name it would be for something else.
        let purpose = |path: &Path| job.config.media_of(path).map(|entry| (entry.place, entry.profiles.as_slice()));
        if purpose(&job.path) != purpose(&to) {
            return None;
        }
        let edit = |site: &MediaUse| {
            let Tail { span, dotted, .. } = site.tail?;
            let text = if dotted { proper.to_owned() } else { format!(".{proper}") };
            Some(Edit { file: Arc::clone(&site.location.file), span, text })
        };
        let mut edits = job.sites.iter().map(edit).collect::<Option<Vec<Edit>>>()?;
        edits.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
        edits.dedup();
        let name = display_name(Path::new(to.file_name()?));
        let title = match edits.len() {
            0 => format!("rename it to {name}"),
            1 => format!("rename it to {name} and the reference to it"),
            many => format!("rename it to {name} and {} references to it", crate::text::count(many as u64)),
        };
        // Pages and programs of which nothing is known may refer to a file that nobody sends. Where it has both names, a fix was
        // interrupted.
        let safe = !self.is_unclaimed(job) || (overlay.moved(&to).is_none() && to.symlink_metadata().is_ok());
        let rename = Rename { from: Arc::clone(&job.name), to: self.configs.name(&to).into() };
        Some(Fix { title, safe, edits, rename: Some(rename) })
    }
}

/// A file that cannot be read, with the requests that refer to it.
fn unreadable(job: &MediaTask, message: String) -> Looked {
    let mut looked = Looked::unreadable(&job.name, &job.config, message);
    for raised in &mut looked.raised {
        let used = |site: &MediaUse| Related { message: "used here".to_owned(), location: site.location.clone() };
        raised.finding.related.extend(job.sites.iter().map(used));
    }
    looked
}

impl Run<'_> {
    /// The use that counts where a field has several: the first that takes the format of the file, else the first.
    pub(super) fn choose(&self, uses: &[&'static Use], format: Format, config: &Config) -> Option<&'static Use> {
        let takes = |place: &&&'static Use| {
            let limits = config.limits_of(place.profile());
            limits[place.takes].names().contains(&format.name())
        };
        uses.iter().find(takes).or(uses.first()).copied()
    }
}

pub(super) fn internal(fault: &str) -> String {
    format!("internal fault while reading: {fault}")
}

/// The name of a file without its folder, as messages show it.
pub(super) fn file_name(path: &Path) -> Cow<'_, str> {
    // In a UTF-8 path the name follows the last separator.
    let plain = path.to_str().and_then(|text| text.rsplit(std::path::is_separator).next());
    match plain.filter(|name| !matches!(*name, "" | "." | "..")) {
        Some(name) => Cow::Borrowed(name),
        None => path.file_name().map(|name| display_name(Path::new(name))).unwrap_or_default().into(),
    }
}

/// The places of a file that nothing refers to. A service without a place for files of its kind has nothing to say, unless
/// the file goes nowhere else.
fn bare_places(services: &[&'static Profile], format: Format, path: &Path, alone: bool) -> Vec<&'static Use> {
    let of_kind: Vec<_> = services.iter().filter_map(|profile| place_of_kind(profile, format, path)).collect();
    if of_kind.is_empty() && alone {
        services.iter().filter_map(|profile| profile.bare.other).collect()
    } else {
        of_kind
    }
}

/// The use of a bare file: by its bytes, or, if they say nothing, by its name; none where the service has none for its
/// kind.
fn place_of_kind(profile: &Profile, format: Format, path: &Path) -> Option<&'static Use> {
    let bare = &profile.bare;
    let of_class = |class| match class {
        Class::Picture => Some(bare.picture),
        Class::Video => Some(bare.video),
        Class::Audio => Some(bare.audio),
        Class::Document => Some(bare.document),
        Class::Subtitle => Some(bare.subtitle),
        Class::Text | Class::Archive | Class::Unknown => None,
    };
    let promised = Format::promised(path);
    of_class(format.class()).or_else(|| of_class(promised?.class())).unwrap_or_default()
}

/// The use in a sentence: `an image`, `speech`.
fn as_a(place: &Use) -> String {
    let name = place.name;
    match name {
        "speech" | "footage" => name.to_owned(),
        _ if name.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;

    #[test]
    fn every_class_has_its_place() {
        let place = |format, name: &str| {
            let places = bare_places(&[profile::default()], format, Path::new(name), true);
            places.first().map_or("", |place| place.name)
        };
        assert_eq!(place(Format::Png, "a.mp4"), "image");
        assert_eq!(place(Format::Html, "a.mp4"), "video");
        assert_eq!(place(Format::Empty, "a.wav"), "speech");
        assert_eq!(place(Format::Zip, "a.zip"), "attachment");
        assert_eq!(place(Format::Srt, "a"), "subtitle");
    }
}
