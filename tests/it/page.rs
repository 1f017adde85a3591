//! The page of `--format html` over real files: previews, uses, scenes, the plan.

use crate::common;
use crate::run;
use common::recipe;
use run::Folder;

fn studio() -> Folder {
    let folder = Folder::new();
    recipe::write(
        folder.path(),
        "a/wall.png = png 640x480\na/face.jpg = jpeg 700x700 orientation 6\na/talk.wav = wav 16000Hz mono 4s\n\
         a/song.mp3 = mp3 3s\na/wide.png = png 2600x40\na/notes.pdf = pdf 2pages\na/cut.png = png 64x64 cut 50%",
    );
    let scene = |kind: &str, rest: &str| format!(r#"{{"type": "{kind}", {rest}}}"#);
    let source = |name: &str| format!(r#""source": {{"type": "url", "url": "a/{name}"}}"#);
    let long = "word ".repeat(1_100);
    let scenes = [
        scene(
            "avatar_video",
            r#""input": {"type": "avatar", "avatar_id": "d", "voice_id": "v", "script": "One two three four five."}"#,
        ),
        scene("image", &format!("{}, \"duration\": 7.5", source("wall.png"))),
        scene(
            "avatar_video",
            &format!(r#""input": {{"type": "avatar", "avatar_id": "d", "voice_id": "v", "script": "{long}"}}"#),
        ),
    ];
    let video = format!(r#"{{"type": "studio", "title": "A <b>tour</b>", "scenes": [{}]}}"#, scenes.join(", "));
    folder.write("studio.json", video);
    folder.write(
        "photo.json",
        r#"{"type": "image", "image": {"type": "url", "url": "a/face.jpg"}, "script": "Hi.", "voice_id": "v"}"#,
    );
    folder
}

fn count(page: &str, what: &str) -> usize {
    page.matches(what).count()
}

#[test]
fn pictures_sounds_uses_scenes_and_the_plan_are_drawn() {
    let folder = studio();
    let page = folder.run("check --format html").gives(1).out;
    // Previews of two intact pictures and one that is too wide; none of the truncated one and of the PDF.
    assert_eq!(count(&page, "src=\"data:image/jpeg;base64,"), 3, "{page}");
    assert_eq!(count(&page, "<svg class=\"wave\""), 2);
    // Orientation 6 turns the picture; the thumbnail is square either way and scaled to the edge.
    assert!(page.contains("width=\"320\" height=\"320\" alt=\"Preview of a/face.jpg\""), "{page}");
    assert!(page.contains("width=\"320\" height=\"240\" alt=\"Preview of a/wall.png\""));
    assert!(page.contains("<dt>checked as</dt><dd>image</dd>"));
    assert!(page.contains("photo.json:1:"), "the page shows where the file is used");
    assert!(page.contains("data-use=\"image\""));
    assert!(page.contains("A &lt;b&gt;tour&lt;/b&gt;"));
    for words in ["3 scenes, about", "24 of 5,000 code points", "5,500 of 5,000 code points", "7.5 s of at most 30 min"]
    {
        assert!(page.contains(words), "no {words}");
    }
    assert_eq!(count(&page, "<td class=\"bad\">"), 1);
    for words in ["<h3>Waves</h3>", "1 wave: 2 jobs, 10 at once", "<h3>Minutes</h3>", "plain upload: 2 files"] {
        assert!(page.contains(words), "no {words}");
    }
}

#[test]
fn only_a_page_makes_previews() {
    let folder = studio();
    let plain = folder.run("check --format json").gives(1).out;
    assert!(!plain.contains("base64,"));
    folder.run("check --format json --output html=page.html").gives(1);
    assert!(folder.read("page.html").contains("base64,"));
}

#[test]
fn threads_and_runs_make_no_difference() {
    let folder = studio();
    let one = folder.run("check --format html --jobs 1").gives(1).out;
    let many = folder.run("check --format html --jobs 8").gives(1).out;
    assert!(one == many, "the page differs on many threads");
}

#[test]
fn previews_are_bounded_in_number() {
    let folder = Folder::project();
    let all: Vec<String> = (0..320).map(|at| format!("p{at:03}.png = png 40x40")).collect();
    recipe::write(folder.path(), &all.join("\n"));
    recipe::write(folder.path(), "z.png = png 2600x20");
    let page = folder.run("check --format html").gives(1).out;
    assert_eq!(count(&page, "src=\"data:image/jpeg;base64,"), 200);
    // A file with a finding comes before those without.
    assert!(page.contains("Preview of z.png"));
}

#[test]
fn shards_are_joined_into_one_page() {
    let folder = studio();
    for shard in ["1", "2"] {
        let ran = folder.run(&format!("check --format json --shard {shard}/2"));
        folder.write(&format!("{shard}.report"), ran.out);
    }
    let page = folder.run("merge --format html 1.report 2.report").gives(1).out;
    let whole = folder.run("check --format html").gives(1).out;
    let verdict = |page: &str| page.split("<h1").nth(1).map(|rest| rest.split("</h1>").next().map(str::to_owned));
    assert_eq!(verdict(&page), verdict(&whole));
    assert_eq!(count(&page, "<article class=\"finding\""), count(&whole, "<article class=\"finding\""));
    assert_eq!(count(&page, "<article class=\"card\""), count(&whole, "<article class=\"card\""));
}
