//! The dictionary of counters: it has every counter that is known, and what it says is in order.

use std::collections::HashSet;
use std::path::Path;

use procnet::dictionary::lookup::{GROUPS, entries, find, named, nearest, search};
use procnet::dictionary::{CounterKind, Entry, Growth, counter_kind};
use procnet::proc::counter::Counter;
use procnet::{Endian, Kind, Table, proc};

/// Files of counters. Not every kernel has the last ones.
const FILES: [&str; 8] =
    ["snmp", "netstat", "snmp6", "sockstat", "sockstat6", "xfrm_stat", "tls_stat", "sctp/snmp"];

/// Tables whose columns are explained: path of the file, group of the entries.
const COLUMNS: [(&str, &str); 14] = [
    ("dev", "interfaces"),
    ("softnet_stat", "packet_stats_per_cpu"),
    ("stat/arp_cache", "arp_cache"),
    ("stat/ndisc_cache", "ndisc_cache"),
    ("stat/rt_cache", "rt_cache_stat"),
    ("stat/nf_conntrack", "nf_conntrack_stat"),
    ("stat/synproxy", "synproxy_stat"),
    ("stat/ip_conntrack", "nf_conntrack_stat"),
    ("udp", "udp"),
    ("udp6", "udp6"),
    ("udplite", "udplite"),
    ("udplite6", "udplite6"),
    ("raw", "raw"),
    ("raw6", "raw6"),
];

/// Counters that the kernel's sources have (6.12, some of 6.18).
const COUNTERS: &[(&str, &str)] = &[
    (
        "Ip",
        "InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers \
         OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs \
         FragFails FragCreates OutTransmits",
    ),
    (
        "IpExt",
        "InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets \
         OutOctets InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets InCsumErrors \
         InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts ReasmOverlaps",
    ),
    (
        "Tcp",
        "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets \
         CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors",
    ),
    (
        "Udp",
        "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors \
         IgnoredMulti MemErrors",
    ),
    (
        "TcpExt",
        "SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned \
         OfoPruned OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSActive \
         PAWSEstab DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops \
         TCPHPHits TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging \
         TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo \
         TCPLossUndo TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures \
         TCPFastRetrans TCPSlowStartRetrans TCPTimeouts TCPLossProbes TCPLossProbeRecovery \
         TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed TCPBacklogCoalesce TCPDSACKOldSent \
         TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose \
         TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed TCPMemoryPressures \
         TCPMemoryPressuresChrono TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo \
         TCPSpuriousRTOs TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPSackShifted TCPSackMerged \
         TCPSackShiftFallback TCPBacklogDrop PFMemallocDrop TCPMinTTLDrop TCPDeferAcceptDrop \
         IPReversePathFilter TCPTimeWaitOverflow TCPReqQFullDoCookies TCPReqQFullDrop \
         TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge TCPChallengeACK \
         TCPSYNChallenge TCPFastOpenActive TCPFastOpenActiveFail TCPFastOpenPassive \
         TCPFastOpenPassiveFail TCPFastOpenListenOverflow TCPFastOpenCookieReqd \
         TCPFastOpenBlackhole TCPSpuriousRtxHostQueues BusyPollRxPackets TCPAutoCorking \
         TCPFromZeroWindowAdv TCPToZeroWindowAdv TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent \
         TCPHystartTrainDetect TCPHystartTrainCwnd TCPHystartDelayDetect TCPHystartDelayCwnd \
         TCPACKSkippedSynRecv TCPACKSkippedPAWS TCPACKSkippedSeq TCPACKSkippedFinWait2 \
         TCPACKSkippedTimeWait TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail \
         TCPMTUPSuccess TCPDelivered TCPDeliveredCE TCPAckCompressed TCPZeroWindowDrop TCPRcvQDrop \
         TCPWqueueTooBig TCPFastOpenPassiveAltKey TcpTimeoutRehash TcpDuplicateDataRehash \
         TCPDSACKRecvSegs TCPDSACKIgnoredDubious TCPMigrateReqSuccess TCPMigrateReqFailure \
         TCPPLBRehash TCPAORequired TCPAOBad TCPAOKeyNotFound TCPAOGood TCPAODroppedIcmps",
    ),
    (
        "MPTcpExt",
        "MPCapableSYNRX MPCapableSYNTX MPCapableSYNACKRX MPCapableACKRX MPCapableFallbackACK \
         MPCapableFallbackSYNACK MPCapableSYNTXDrop MPCapableSYNTXDisabled MPCapableEndpAttempt \
         MPFallbackTokenInit MPTCPRetrans MPJoinNoTokenFound MPJoinSynRx MPJoinSynBackupRx \
         MPJoinSynAckRx MPJoinSynAckBackupRx MPJoinSynAckHMacFailure MPJoinAckRx \
         MPJoinAckHMacFailure MPJoinSynTx MPJoinSynTxCreatSkErr MPJoinSynTxBindErr \
         MPJoinSynTxConnectErr DSSNotMatching DSSCorruptionFallback DSSCorruptionReset \
         InfiniteMapTx InfiniteMapRx DSSNoMatchTCP DataCsumErr OFOQueueTail OFOQueue OFOMerge \
         NoDSSInWindow DuplicateData AddAddr AddAddrTx AddAddrTxDrop EchoAdd EchoAddTx \
         EchoAddTxDrop PortAdd AddAddrDrop MPJoinPortSynRx MPJoinPortSynAckRx MPJoinPortAckRx \
         MismatchPortSynRx MismatchPortAckRx RmAddr RmAddrDrop RmAddrTx RmAddrTxDrop RmSubflow \
         MPPrioTx MPPrioRx MPFailTx MPFailRx MPFastcloseTx MPFastcloseRx MPRstTx MPRstRx RcvPruned \
         SubflowStale SubflowRecover SndWndShared RcvWndShared RcvWndConflictUpdate RcvWndConflict \
         MPCurrEstab Blackhole MPCapableDataFallback MD5SigFallback DssFallback \
         SimultConnectFallback FallbackFailed",
    ),
    (
        "Xfrm",
        "XfrmInError XfrmInBufferError XfrmInHdrError XfrmInNoStates XfrmInStateProtoError \
         XfrmInStateModeError XfrmInStateSeqError XfrmInStateExpired XfrmInStateMismatch \
         XfrmInStateInvalid XfrmInTmplMismatch XfrmInNoPols XfrmInPolBlock XfrmInPolError \
         XfrmOutError XfrmOutBundleGenError XfrmOutBundleCheckError XfrmOutNoStates \
         XfrmOutStateProtoError XfrmOutStateModeError XfrmOutStateSeqError XfrmOutStateExpired \
         XfrmOutPolBlock XfrmOutPolDead XfrmOutPolError XfrmFwdHdrError XfrmOutStateInvalid \
         XfrmAcquireError XfrmOutStateDirError XfrmInStateDirError",
    ),
    (
        "Ip6",
        "InReceives InHdrErrors InTooBigErrors InNoRoutes InAddrErrors InUnknownProtos \
         InTruncatedPkts InDiscards InDelivers OutForwDatagrams OutRequests OutDiscards OutNoRoutes \
         ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates InMcastPkts \
         OutMcastPkts InOctets OutOctets InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets \
         InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts OutTransmits",
    ),
    ("Icmp6", "InMsgs InErrors OutMsgs OutErrors InCsumErrors OutRateLimitHost"),
    (
        "Udp6",
        "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors \
         IgnoredMulti MemErrors",
    ),
    (
        "UdpLite6",
        "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors MemErrors",
    ),
    (
        "Sctp",
        "SctpCurrEstab SctpActiveEstabs SctpPassiveEstabs SctpAborteds SctpShutdowns SctpOutOfBlues \
         SctpChecksumErrors SctpOutCtrlChunks SctpOutOrderChunks SctpOutUnorderChunks \
         SctpInCtrlChunks SctpInOrderChunks SctpInUnorderChunks SctpFragUsrMsgs SctpReasmUsrMsgs \
         SctpOutSCTPPacks SctpInSCTPPacks SctpT1InitExpireds SctpT1CookieExpireds \
         SctpT2ShutdownExpireds SctpT3RtxExpireds SctpT4RtoExpireds SctpT5ShutdownGuardExpireds \
         SctpDelaySackExpireds SctpAutocloseExpireds SctpT3Retransmits SctpPmtudRetransmits \
         SctpFastRetransmits SctpInPktSoftirq SctpInPktBacklog SctpInPktDiscards \
         SctpInDataChunkDiscards",
    ),
    (
        "Tls",
        "TlsCurrTxSw TlsCurrRxSw TlsCurrTxDevice TlsCurrRxDevice TlsTxSw TlsRxSw TlsTxDevice \
         TlsRxDevice TlsDecryptError TlsRxDeviceResync TlsDecryptRetry TlsRxNoPadViolation",
    ),
];

fn groups_and_names(path: &str, bytes: &[u8]) -> Vec<(String, String)> {
    let mut decoder = proc::find(path).unwrap().decoder(Endian::Little);
    decoder.feed(bytes);
    let table = decoder.finish();
    assert_eq!(table.faults(), 0, "{path}: {:?}", table.first_fault());
    let table: &Table<Counter> = table.as_any().downcast_ref().unwrap();
    let text = |span| String::from_utf8(table.texts.get(span).to_vec()).unwrap();
    table.iter().map(|row| (text(row.group), text(row.name))).collect()
}

fn all_have_entries(folder: &Path) -> usize {
    let mut read = 0;
    for path in FILES {
        let Ok(bytes) = std::fs::read(folder.join(path)) else { continue };
        let counters = groups_and_names(path, &bytes);
        let unknown: Vec<_> = counters.iter().filter(|(group, name)| find(group, name).is_none()).collect();
        assert!(unknown.is_empty(), "{path}: no entry for {unknown:?}");
        read += 1;
    }
    read
}

#[test]
fn every_counter_of_the_fixtures_has_an_entry() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/net");
    assert!(all_have_entries(&folder) >= 3);
}

#[test]
fn every_counter_of_this_machine_has_an_entry() {
    assert!(all_have_entries(Path::new("/proc/net")) >= 2);
}

#[test]
fn every_counter_of_the_kernels_sources_has_an_entry() {
    let names = || {
        COUNTERS.iter().flat_map(|(group, names)| names.split_whitespace().map(move |name| (*group, name)))
    };
    assert_eq!(names().count(), 396);
    let unknown: Vec<_> = names().filter(|(group, name)| find(group, name).is_none()).collect();
    assert!(unknown.is_empty(), "no entry for {unknown:?}");
}

#[test]
fn every_counting_column_has_an_entry_of_its_kind_and_unit() {
    let mut wrong = Vec::new();
    for (path, group) in COLUMNS {
        // What counts in a table of sockets is its drops; the rest describes the socket.
        let only_drops = group.starts_with("udp") || group.starts_with("raw");
        for field in proc::find(path).unwrap().fields {
            let column = field.column;
            if !matches!(column.kind, Kind::Counter | Kind::Gauge | Kind::Amount)
                || (only_drops && column.name != "drops")
            {
                continue;
            }
            let kind = match column.kind {
                Kind::Counter => CounterKind::Counter,
                _ => CounterKind::Gauge,
            };
            // A column that older kernels count may be constant in newer ones.
            let same = find(group, column.name).is_some_and(|entry| {
                entry.unit == column.unit && (entry.kind == kind || entry.kind == CounterKind::Constant)
            });
            if !same {
                wrong.push(format!("{group}.{} is {kind:?} in {:?}", column.name, column.unit));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_entry_is_there_twice() {
    let mut seen = HashSet::new();
    for entry in entries() {
        assert!(seen.insert((entry.group, entry.name)), "{}.{} is there twice", entry.group, entry.name);
        assert_eq!(find(entry.group, entry.name), Some(entry));
    }
    assert_eq!(seen.len(), GROUPS.iter().map(|list| list.len()).sum::<usize>());
}

#[test]
fn every_related_counter_exists() {
    for entry in entries() {
        for related in entry.related {
            let (group, name) = related.rsplit_once('.').unwrap();
            let found = entries().any(|other| (other.group, other.name) == (group, name));
            assert!(found, "{}.{}: no {related}", entry.group, entry.name);
            assert!((group, name) != (entry.group, entry.name), "{related} is related to itself");
        }
    }
}

#[test]
fn every_entry_says_what_it_must() {
    for entry in entries() {
        let id = format!("{}.{}", entry.group, entry.name);
        assert!(!entry.full_name.is_empty() && !entry.source.is_empty(), "{id}");
        assert!(
            entry.meaning.ends_with('.') && (entry.next.is_empty() || entry.next.ends_with(['.', '?'])),
            "{id}"
        );
        let first = entry.meaning.split_once(". ").map_or(entry.meaning, |(first, _)| first);
        assert!(
            first.chars().count() <= 140,
            "{id}: the first sentence has {} letters",
            first.chars().count()
        );
        let meaning = entry.meaning.to_lowercase();
        for name in [entry.name, entry.full_name] {
            assert!(
                !meaning.starts_with(&format!("number of {}", name.to_lowercase())),
                "{id} says its name"
            );
        }
        assert_eq!(entry.growth == Growth::None, entry.kind != CounterKind::Counter, "{id}");
        assert!(
            entry.growth != Growth::Warning || !entry.next.is_empty(),
            "{id} warns and does not say what next"
        );
        for text in [entry.full_name, entry.meaning, entry.next, entry.source] {
            assert!(!text.contains("  ") && text.trim() == text, "{id}: {text:?}");
        }
    }
}

fn ids(found: &[&Entry]) -> Vec<String> {
    found.iter().map(|entry| format!("{}.{}", entry.group, entry.name)).collect()
}

#[test]
fn a_number_at_the_end_of_a_name_is_found_by_its_pattern() {
    assert_eq!(find("IcmpMsg", "InType3").unwrap().name, "InType*");
    assert_eq!(find("Icmp6", "OutType135").unwrap().name, "OutType*");
    assert_eq!(find("Icmp6", "InMLDv2Reports").unwrap().name, "InMLDv2Reports");
    assert_eq!(find("IcmpMsg", "InType"), None);
    assert_eq!(find("Icmp", "InType3"), None);
    assert_eq!(find("Tcp", "7"), None);
}

#[test]
fn groups_and_names_are_found_as_files_print_them() {
    assert_eq!(find("TCP", "inuse").unwrap().group, "sockstat.TCP");
    assert_eq!(find("udp6", "drops").unwrap().group, "udp");
    assert_eq!(find("Udp6", "Udp6InErrors"), find("Udp6", "InErrors"));
    assert_eq!(find("Icmp6", "Icmp6InType1").unwrap().name, "InType*");
    assert_eq!(find("Tcp", "inuse"), None);
    assert_eq!(find("", ""), None);
}

#[test]
fn a_name_alone_is_found_in_every_group() {
    let found = ids(&named("indatagrams"));
    assert_eq!(found, ["Udp.InDatagrams", "UdpLite.InDatagrams", "Udp6.InDatagrams", "UdpLite6.InDatagrams"]);
    assert_eq!(ids(&named("Udp6.InErrors")), ["Udp6.InErrors"]);
    assert_eq!(ids(&named("udplite6.inerrors")), ["UdpLite6.InErrors"]);
    assert_eq!(ids(&named("TcpExtListenDrops")), ["TcpExt.ListenDrops"]);
    assert_eq!(ids(&named("XfrmInNoStates")), ["Xfrm.XfrmInNoStates"]);
    assert_eq!(ids(&named("sockstat.TCP.mem")), ["sockstat.TCP.mem"]);
    assert_eq!(ids(&named("IcmpMsg.InType8")), ["IcmpMsg.InType*"]);
    assert_eq!(ids(&named("InType8")), ["IcmpMsg.InType*", "Icmp6.InType*"]);
    assert!(named("nothing").is_empty() && named("").is_empty() && named("Udp.").is_empty());
}

#[test]
fn a_search_shows_names_first_and_wants_all_words() {
    let found = search("CSUM");
    let in_name = found.iter().take_while(|entry| entry.name.contains("Csum")).count();
    assert!(in_name >= 7 && found[in_name..].iter().all(|entry| !entry.name.contains("Csum")));
    let both = search("buffer full");
    assert!(both.iter().any(|entry| entry.name == "RcvbufErrors"));
    assert!(both.iter().all(|entry| {
        let texts = [entry.name, entry.full_name, entry.meaning].join(" ").to_lowercase();
        texts.contains("buffer") && texts.contains("full")
    }));
    assert!(search("  ").is_empty() && search("xyzzy").is_empty());
}

#[test]
fn an_unknown_name_has_neighbours() {
    assert_eq!(nearest("RetransSeg", 1)[0].name, "RetransSegs");
    assert_eq!(nearest("listendrop", 1)[0].name, "ListenDrops");
    assert_eq!(ids(&nearest("Udp6.RcvBufError", 1)), ["Udp6.RcvbufErrors"]);
    assert_eq!(nearest("InErrors", 3).len(), 3);
    assert!(nearest("", 5).is_empty() && nearest(&"x".repeat(100_000), 5).is_empty());
}

#[test]
fn levels_settings_and_constants_are_told_from_counters() {
    for (group, name, kind) in [
        ("Ip", "Forwarding", CounterKind::Gauge),
        ("Ip", "DefaultTTL", CounterKind::Gauge),
        ("Tcp", "RtoAlgorithm", CounterKind::Constant),
        ("Tcp", "RtoMin", CounterKind::Constant),
        ("Tcp", "RtoMax", CounterKind::Constant),
        ("Tcp", "MaxConn", CounterKind::Constant),
        ("Tcp", "CurrEstab", CounterKind::Gauge),
        ("MPTcpExt", "MPCurrEstab", CounterKind::Gauge),
        ("Sctp", "SctpCurrEstab", CounterKind::Gauge),
        ("TCP", "alloc", CounterKind::Gauge),
        ("Tcp", "InSegs", CounterKind::Counter),
        ("Tcp", "NotYetKnown", CounterKind::Counter),
        ("\u{fffd}", "", CounterKind::Counter),
    ] {
        assert_eq!(counter_kind(group.as_bytes(), name.as_bytes()), kind, "{group}.{name}");
    }
    assert_eq!(counter_kind(b"\xff", b"\xff7"), CounterKind::Counter);
}
