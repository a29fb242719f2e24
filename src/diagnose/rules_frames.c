/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: SMP transport and buffers. Their predicates are in rules_frames_when.c.
 */
#include "refusal_priv.h"
#include "rules_frames_priv.h"

#define SERIAL_WORDS                                                                                                 \
	"--conntype serial", "--conntype=serial", "type=serial", "Tx serial", "/dev/tty", "--port ", "serial:/dev",  \
		"dev=COM"

static const struct tug_rule rules[] = {
	{
		.id = "smp-stack-overflow",
		.rank = 20,
		.severity = TUG_SEV_BLOCKING,
		.seen = { FAULT_OVERFLOW, FAULT_THREAD, FAULT_SYSWORK },
		.when = tug_frames_smp_overflow,
		.title = "The SMP thread of the device overflowed its stack, so the device crashed in the middle of a "
			 "command",
		.cause = "SMP handlers run in a work queue of their own (\"mcumgr smp\", 2048 octets by default since "
			 "Zephyr 3.2). Large buffers, file system hooks, encrypted or external flash and verbose "
			 "logging need more. What the client prints (a time-out, status 8) is only the consequence.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096. CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE does not "
		       "size this thread since Zephyr 3.2.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096, flash, and try again",
		.settle = "The banner of the firmware names its Zephyr version; before 3.2 SMP runs in the system work "
			  "queue",
		.commands = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096",
		.source = "Z51606, github.com/golioth/pouch/pull/265, KI:NCSDK-6832",
	},
	{
		.id = "smp-buffer-null-fault",
		.rank = 25,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "BUS FAULT", "BFAR Address: 0xc", "Failed to get free buffer", "image upload" },
		.when = tug_frames_null_fault,
		.title = "The device crashed on a buffer that it did not get (bus fault after a failed allocation)",
		.cause = "SMP code used the result of a buffer allocation without a look: over Bluetooth and UDP up to "
			 "Zephyr 2.6 (the access goes to address 0xc), over serial up to 4.4. Under load no buffer is "
			 "free.",
		.fix = "Use a Zephyr where it is fixed (2.7; serial: after 4.4); until then raise "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT and send one chunk at a time.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT and upload with a window of 1; then move to Zephyr "
			"2.7 or later",
		.settle = "The firmware's banner tells its Zephyr version (the fault is gone since 2.7); addr2line of "
			  "the faulting address tells whether it is in smp_alloc_rsp or net_buf",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT=8",
		.source = "Z37105, Z107809",
	},
	{
		.id = "uart-shared-with-console",
		.rank = 30,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Couldn't decode base64 string", "ouldn't decode base64", "illegal base64 data at input",
			  "received invalid nmp packet; hdr.len", "SMPBadStartDelimiter", "SMPBadCRC",
			  "Failed to decode base64 data" },
		.when = tug_frames_uart_shared,
		.title = "Octets that are no SMP frame came over the serial line: console and SMP share it",
		.cause = "Shell, log or console write to the UART that SMP uses (zephyr,uart-mcumgr is not chosen, or "
			 "is the console's UART), or a terminal program has the port open too. Requests are eaten by "
			 "the shell, answers arrive mixed with text.",
		.fix = "Give SMP a UART of its own (chosen { zephyr,uart-mcumgr = &uart1; };), or let the shell carry "
		       "it (CONFIG_MCUMGR_TRANSPORT_SHELL=y instead of CONFIG_MCUMGR_TRANSPORT_UART=y) with "
		       "CONFIG_LOG_BACKEND_UART=n; close the terminal. mcumgr's hexdumps show what came.",
		.next = "close every terminal on that port, then give SMP its own UART with zephyr,uart-mcumgr or use "
			"the shell transport with CONFIG_LOG_BACKEND_UART=n",
		.settle = "Open the port with a terminal and press Enter: a prompt means that the shell has it",
		.commands = "CONFIG_LOG_BACKEND_UART=n\nCONFIG_MCUMGR_TRANSPORT_SHELL=y",
		.source = "Z16278, Z38947, Z100546, Z34670, github.com/apache/mynewt-mcumgr/pull/46",
	},
	{
		.id = "smp-version-rejected",
		.rank = 60,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_frames_version_rejected,
		.title = "The device refuses requests of this SMP version",
		.cause = "Code 12: the server was built with CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=n and the "
			 "client sends version 0. Code 13: the client sends a version the server does not know.",
		.fix = "Use a client that speaks SMP version 2 (tug, current nRF Connect Device Manager, smpmgr), or "
		       "build with CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y.",
		.next = "use a client that speaks SMP version 2, or set CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y",
		.commands = "CONFIG_MCUMGR_SMP_SUPPORT_ORIGINAL_PROTOCOL=y",
		.source = "src:z:smp/src/smp.c",
	},
	{
		.id = "netbuf-too-small-list",
		.rank = 230,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_dg_when_refused,
		.title = "The image list does not fit the device's buffer, so clients cannot see its images",
		.cause = "The list of two images needs at least 512 octets in one buffer (three: 1024), the default is "
			 "384. The server says code 7 (response too long), older ones 2.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=512 or more (1024 for three images), or "
		       "CONFIG_MCUMGR_GRP_IMG_FRUGAL_LIST=y, which leaves out flags that are false.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE to 1024 and flash that build",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1024\nCONFIG_MCUMGR_GRP_IMG_FRUGAL_LIST=y",
		.source = "src:z:img_mgmt/Kconfig",
	},
	{
		.id = "netbuf-below-upload-minimum",
		.rank = 290,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Maximum packet size too small for some features", "MTU too low to fit any image data",
			  "Payload (%d bytes) too long for MTU: %d", "SMP frame size too small for this command",
			  "Insufficient MTU: %d" },
		.when = tug_frames_below_minimum,
		.title = "The link takes no packets large enough for an upload",
		.cause = "A first chunk needs about 70 octets around the data and at least the 32 of the image header. "
			 "The ATT MTU is 23 without reassembly, the device's buffer is too small, or the client's own "
			 "limit is (mtu= of mcumgr).",
		.fix = "CONFIG_BT_L2CAP_TX_MTU=498, CONFIG_BT_BUF_ACL_RX_SIZE=502 and "
		       "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y; a serial client: raise its mtu to at least 128.",
		.next = "raise the MTU of the link (CONFIG_BT_L2CAP_TX_MTU=498, CONFIG_BT_BUF_ACL_RX_SIZE=502) or the "
			"client's mtu",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502\n"
			    "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "src:and:McuMgrBleTransport.java, src:nt:nmxact/xact/image.go, SM8, NCS28390",
	},
	{
		.id = "insufficient-mtu-notice",
		.rank = 430,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "mtuValueHasNotChanged", "MTU Value already set to", "mtuValueOutsideOfValidRange" },
		.when = tug_frames_mtu_not_changed,
		.title = "This version of the iOS library stops when the chunk size it falls back to is the one it has "
			 "already",
		.cause = "After \"Insufficient MTU\" the library lowers its chunk size and sends again; versions 1.9 "
			 "to 1.14 take an unchanged value for an error and end the update.",
		.fix = "Update the iOS library or the app, or set the upload MTU by hand to a value below the one it "
		       "names.",
		.next = "update the app (iOS library 1.15 or later), or set its upload MTU by hand",
		.source = "IOS219, IOS560, github.com/nordicsemi/IOS-nRF-Connect-Device-Manager/pull/338",
	},
	{
		.id = "insufficient-mtu-notice",
		.rank = 430,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Insufficient MTU: %d" },
		.when = tug_frames_insufficient_mtu,
		.title = "\"Insufficient MTU\" is a notice: the iOS library lowers its chunk size and goes on",
		.cause = "The library first tries a packet larger than one write can carry, is told what the link "
			 "takes, and cuts its chunks to that.",
		.fix = "Nothing. If the upload really ends there, give the log after this line.",
		.source = "IOS219, IOS560",
	},
	{
		.id = "netbuf-drops-write",
		.rank = 450,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "not responding after %d attempts" },
		.when = tug_frames_netbuf_drops,
		.title = "Small requests are answered, the first chunk of the upload never is: its write may be larger "
			 "than the device's buffer",
		.cause = "A write that does not fit CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (384 by default) is refused by "
			 "the device with an error that a write without response never shows; a write beyond the MTU "
			 "minus 3 never gets there. A slow erase (upload-erase-timeout) and a crash at the first chunk "
			 "(smp-stack-overflow) look the same from the client.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y with CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y, or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE at least as large as the MTU minus 3.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y, or CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE to at "
			"least the MTU minus 3",
		.settle = "Compare CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of the build's .config with the size of the "
			  "first chunk, and watch the device's console at the upload; `tug doctor` measures the limit "
			  "with echoes",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y\nCONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y",
		.source = "src:z:smp_bt.c, github.com/boogie/mcumgr-web/pull/17",
	},
	{
		.id = "params-without-reassembly",
		.rank = 452,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_frames_params_without_reassembly,
		.title = "The device names a buffer larger than one write, the client cuts its first chunk into "
			 "several writes, and no answer comes",
		.cause = "Clients take the answer to the parameters command for reassembly. A device that answers it "
			 "without CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY takes each write for a frame and drops them "
			 "all. An erase that takes long or a crash at the first chunk looks the same.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y; or CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=n; or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE not above the MTU minus 3.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y and flash that build",
		.settle = "Look for CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y in the build's .config; when it is there, "
			  "watch the device's console during the first chunk",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "src:and:McuMgrBleTransport.java, OTAK",
	},
	{
		.id = "uart-mtu-vs-netbuf",
		.rank = 454,
		.severity = TUG_SEV_BLOCKING,
		.seen = { SERIAL_WORDS },
		.when = tug_frames_uart_mtu,
		.title = "Small requests are answered over this serial line, the first chunk of the upload never is: "
			 "it may be larger than the device takes",
		.cause = "The device joins the lines of a frame up to CONFIG_MCUMGR_TRANSPORT_UART_MTU (256) and puts "
			 "it into a buffer of CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (384); a larger frame is dropped "
			 "without an answer. A slow erase or a crash at the first chunk look the same.",
		.fix = "Lower the client's mtu (mcumgr: mtu=256 in the connection string, or 128) and its line length, "
		       "or raise CONFIG_MCUMGR_TRANSPORT_UART_MTU and CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (at least "
		       "the former minus 2).",
		.next = "upload with a smaller frame (mcumgr: mtu=128 in the connection string)",
		.settle = "Upload once with mtu=128 and -t 60: when it moves now, it was the size; when it moves after "
			  "a wait, it was the erase",
		.commands = "mcumgr --conntype serial --connstring dev=/dev/ttyACM0,baud=115200,mtu=128 -t 60 image "
			    "upload app_update.bin",
		.source = "src:z:Kconfig.uart, SC22, Z9509",
	},
	{
		.id = "acl-rx-smaller-than-mtu",
		.rank = 550,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Insufficient MTU: %d" },
		.when = tug_frames_acl_rx_small,
		.title = "CONFIG_BT_BUF_ACL_RX_SIZE limits the ATT MTU to less than CONFIG_BT_L2CAP_TX_MTU",
		.cause = "The MTU that both sides use is the smaller of the two directions; what the device can "
			 "receive is CONFIG_BT_BUF_ACL_RX_SIZE minus 4, and one write carries 3 octets less.",
		.fix = "Make CONFIG_BT_BUF_ACL_RX_SIZE at least CONFIG_BT_L2CAP_TX_MTU plus 4: 498 and 502 (as nRF "
		       "Connect SDK does), 252 and 256, or 247 and 251.",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502",
		.source = "IOS219, OTAK",
	},
	{
		.id = "sar-buffer-smaller-than-mtu",
		.rank = 552,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "SAR Buffer Size (%d) is smaller than negotiated MTU (%d)" },
		.when = tug_frames_sar_small,
		.title = "The device's buffer is smaller than what one write of this link carries",
		.cause = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE is below the MTU of the link. Clients that cut their "
			 "frames to the MTU lose them; newer ones go down to the buffer size and are slower than they "
			 "could be.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE at least the MTU, best a multiple of the MTU minus 3 (2475 "
		       "= 5 * 495).",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=2475",
		.source = "IOS502, IOS498, OTAK",
	},
	{
		.id = "response-lost-timeouts",
		.rank = 554,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "A notification for chunk with offset=%d was lost",
			  "Uploader write failure for chunk with offset=%d", "otification for chunk with offset",
			  "Chunk timed out", "timed out without receiving a response",
			  "Sending the request timed out" },
		.when = tug_frames_responses_lost,
		.title = "A request got no answer in time",
		.cause = "When other chunks were answered after it, phones that drop or delay notifications while "
			 "several requests are under way are the usual reason. When nothing came after it, suspect in "
			 "this order: a frame too large for the device (netbuf-drops-write), an erase that takes long, "
			 "a crash of the SMP thread (smp-stack-overflow).",
		.fix = "One request at a time (number of buffers 1), a current version of the app or library, "
		       "Bluetooth off and on. When it always stops at the same place, look at the device's console "
		       "there.",
		.settle = "See whether later requests are answered: image list on the same link, and the device's "
			  "console at the moment of the time-out",
		.source = "AND72, AND146, AND58, src:and:Uploader.kt",
	},
	{
		.id = "chunk-rejected-offset",
		.rank = 456,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "has been lost (expected offset=%d, received=%d)",
			  "has not been acknowledged too many times" },
		.when = tug_frames_chunk_rejected,
		.title = "The device did not take a chunk: it answered with an offset before its end",
		.cause = "A chunk was dropped on the way or came twice, a second client uploads to the same device, or "
			 "(steps back by 1 to 3 octets) flash code before NCS 1.9 wants chunks aligned to 4.",
		.fix = "One request at a time and one client; memory alignment 4 in the client for NCS up to 1.8.",
		.next = "upload again with one request at a time (number of buffers 1) and no other client connected",
		.source = "src:and:Uploader.kt, src:z:zephyr_img_mgmt.c",
	},
	{
		.id = "window-exceeds-buffers",
		.rank = 556,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "has been overwritten" },
		.when = tug_frames_window_too_wide,
		.title = "More requests were under way at one time than the device has buffers",
		.cause = "One of CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT buffers is needed for the answer. Requests "
			 "beyond that are dropped, and a write without response shows no error.",
		.fix = "A window of buf_count minus 1 (number of buffers in the app), or a higher "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT=8",
		.source = "AND72",
	},
	{
		.id = "udp-netbuf-exceeds-datagram",
		.rank = 558,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "--conntype udp", "--conntype=udp", "type=udp", "smpmgr --ip", "udp:", "EMSGSIZE",
			  "Message too long" },
		.when = tug_frames_udp_too_large,
		.title = "A frame was too large for one datagram",
		.cause = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE (2048) is larger than what one UDP datagram carries "
			 "(CONFIG_MCUMGR_TRANSPORT_UDP_MTU 1500, less on IPv6 links), and the network stack does not "
			 "fragment. Clients that trust the parameters command run into it.",
		.fix = "Limit the client's frame to 1024, or CONFIG_NET_IPV4_FRAGMENT=y / CONFIG_NET_IPV6_FRAGMENT=y, "
		       "or CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1400 with CONFIG_MCUMGR_GRP_FS_DL_CHUNK_SIZE_LIMIT=y.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1400\nCONFIG_MCUMGR_GRP_FS_DL_CHUNK_SIZE_LIMIT=y",
		.source = "SC57, Z107815, Z107869",
	},
	{
		.id = "udp-user-data-size",
		.rank = 26,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "--conntype udp", "--conntype=udp", "type=udp", "overlay-udp.conf",
			  "MCUMGR_TRANSPORT_UDP_IPV6=n", "smp_udp.c", "ZEPHYR FATAL ERROR", "BUS FAULT",
			  "Stack overflow" },
		.when = tug_frames_udp_user_data,
		.title = "The device crashed on an SMP request over UDP: the address of the sender does not fit the "
			 "buffer's user data",
		.cause = "Each buffer keeps the sender's address in its user data; "
			 "CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE is too small for it. An address of the socket "
			 "interface takes 24 as soon as IPv6 is in the build, even when SMP uses IPv4 only; the "
			 "default before Zephyr 3.6 was too small then.",
		.fix = "Remove CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE from the configuration, or set it to 24.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=24 and flash that build",
		.settle = "Look up CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE in the build's .config: below 24 it "
			  "is this",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=24",
		.source = "Z64375, Z50812",
	},
	{
		.id = "two-clients-interleaved",
		.rank = 560,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "No listener for incoming NMP message" },
		.when = tug_frames_two_clients,
		.title = "Answers came to requests that this client did not send",
		.cause = "Another client talks to the device over the same link (nRF Connect beside its own DFU part, "
			 "a second tool), or answers arrive after their time-out. The state of an upload is one for "
			 "all clients of a device.",
		.fix = "One client at a time; CONFIG_MCUMGR_GRP_IMG_MUTEX=y when the device serves several transports.",
		.settle = "Repeat with every other client closed, and with a longer time-out",
		.commands = "CONFIG_MCUMGR_GRP_IMG_MUTEX=y",
		.source = "src:z:img_mgmt.c, src:nt:nmp/dispatch.go",
	},
	{
		.id = "firmware-fault",
		.rank = 562,
		.severity = TUG_SEV_DEGRADED,
		.seen = { FAULT_OVERFLOW, FAULT_THREAD, FAULT_SYSWORK, "FATAL ERROR %d:", "ZEPHYR FATAL ERROR",
			  "Halting system", "Current thread: %x (%s)" },
		.when = tug_frames_fault,
		.title = "The firmware crashed",
		.cause = "The device's console shows a fatal error. A device that restarts or halts there answers no "
			 "further request, and a new image that does it before it is confirmed is put back at the next "
			 "reset.",
		.fix = "Look up the faulting address in the firmware's ELF file; for a stack overflow raise the stack "
		       "of the thread that is named.",
		.next = "look up the faulting address (r15/pc) in the firmware's ELF file: it names the function that "
			"crashed",
		.commands = "addr2line -e build/zephyr/zephyr.elf ADDRESS",
		.source = "src:z:kernel/fatal.c",
	},
	{
		.id = "firmware-fault",
		.rank = 563,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "***** Hardware exception *****", "***** BUS FAULT *****", "***** HARD FAULT *****",
			  "***** USAGE FAULT *****", "***** MPU FAULT *****" },
		.title = "The firmware crashed",
		.cause = "The console shows a fault of the processor. What stands before it was at work then: the "
			 "application, or MCUboot in the middle of a swap (flash driver, map of the partitions).",
		.fix = "Look up the faulting address in the ELF file of the image that was running.",
		.next = "look up the faulting address in the ELF file of the image that was running",
		.commands = "addr2line -e build/zephyr/zephyr.elf ADDRESS",
		.source = "MB421, src:z:kernel/fatal.c",
	},
};

const struct tug_rule_set tug_rules_frames = { rules, sizeof(rules) / sizeof(rules[0]) };
