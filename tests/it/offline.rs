//! heylint never uses the network and never writes to the files it checks: neither its crates nor its system calls do.
//! Only `serve` opens a socket, on the loopback address.

use crate::common;
use std::process::Command;

/// Crates that open sockets, or that only network crates use.
const NETWORK: [&str; 30] = [
    "async-net",
    "async-std",
    "attohttpc",
    "awc",
    "curl",
    "curl-sys",
    "h2",
    "h3",
    "hickory-resolver",
    "hyper",
    "isahc",
    "mio",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "surf",
    "tokio",
    "tokio-native-tls",
    "tokio-rustls",
    "trust-dns-resolver",
    "tungstenite",
    "ureq",
    "websocket",
    "zmq",
];

#[test]
fn no_network_crate_is_in_the_lock_file() {
    let lock = include_str!("../../Cargo.lock");
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains(&"heylint") && names.len() > 20, "the lock file has an unexpected form: {names:?}");
    let found: Vec<_> = names.iter().filter(|name| NETWORK.contains(name)).collect();
    assert!(found.is_empty(), "network crates: {found:?}");
}

/// One run over every kind of input, under strace if it is installed.
#[test]
#[cfg(target_os = "linux")]
fn a_run_opens_no_socket_and_writes_nothing() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    common::recipe::write(
        folder.path(),
        "a.mp4 = mp4 h264 320x180 25fps 1s aac\nb.png = png 64x64\nc.jpg = jpeg 64x64\nd.wav = wav 8000Hz mono 1s\n\
         e.mp3 = mp3 44100Hz mono 1s\nf.webm = webm vp8 320x180 25fps 1s opus\ng.pdf = pdf 1page\nh.mp4 = mp4 h264 64x64 1s cut 50%",
    );
    let request = r#"{"type": "image", "image": {"type": "url", "url": "b.png"}, "script": "Hello", "voice_id": "v"}"#;
    std::fs::write(folder.path().join("request.json"), request).expect("written");
    std::fs::write(folder.path().join("heylint.toml"), "").expect("written");
    let trace = folder.path().join("trace.txt");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args(["-e", "trace=%network,%file,%desc", env!("CARGO_BIN_EXE_heylint"), "check", "--depth", "decode", "."])
        .current_dir(folder.path())
        .output()
        .expect("strace runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let trace = std::fs::read_to_string(trace).expect("the trace");
    assert!(trace.contains("a.mp4") && trace.contains("openat("), "the trace has an unexpected form");
    let call = |line: &str| line.split_once(' ').map_or("", |(_, call)| call.trim_start()).to_owned();
    let calls: Vec<String> = trace.lines().map(call).collect();
    let network = ["socket(", "connect(", "bind(", "listen(", "sendto(", "recvfrom(", "getaddrinfo("];
    let talks: Vec<_> = calls.iter().filter(|call| network.iter().any(|name| call.starts_with(name))).collect();
    assert!(talks.is_empty(), "{talks:#?}");
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];
    let changes = ["unlink", "rename", "truncate", "ftruncate", "mkdir", "chmod", "link(", "symlink"];
    let wrote: Vec<_> = calls
        .iter()
        .filter(|call| {
            let opens = call.starts_with("open") && writes.iter().any(|flag| call.contains(flag));
            (opens && !call.contains("\"/dev/null\"")) || changes.iter().any(|name| call.starts_with(name))
        })
        .collect();
    assert!(wrote.is_empty(), "{wrote:#?}");
}

/// `serve` listens on the loopback address, and never calls anyone.
#[test]
#[cfg(target_os = "linux")]
fn the_server_listens_on_loopback_and_connects_to_nothing() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not installed");
        return;
    }
    let folder = crate::run::Folder::new();
    let trace = folder.join("trace.txt");
    {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o"]).arg(&trace).args(["-e", "trace=%network"]);
        command.args([env!("CARGO_BIN_EXE_heylint"), "serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path());
        let server = crate::serve::Server::of(&mut command);
        assert_eq!(server.send("POST /v3/videos", &[], r#"{"type": "avatar"}"#).status, 200);
        // Stopping only strace would leave the server running.
        let trace = folder.read("trace.txt");
        let server = trace.split_whitespace().next().expect("the process");
        assert!(Command::new("kill").arg(server).status().expect("kill runs").success());
    }
    let trace = folder.read("trace.txt");
    assert!(trace.contains("accept4("), "the trace has an unexpected form: {trace}");
    let bound: Vec<&str> = trace.lines().filter(|line| line.contains(" bind(")).collect();
    assert!(bound.len() == 1 && bound[0].contains("inet_addr(\"127.0.0.1\")"), "{bound:?}");
    let opened = trace.lines().filter(|line| line.contains(" socket(")).count();
    assert!(opened == 1 && !trace.contains(" connect("), "{trace}");
}
