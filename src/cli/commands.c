/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of every command and the text columns of the command table. No handlers, so that the generators
 * of the man page and the completion link it alone.
 */
#include <stddef.h>

#include "commands_priv.h"
#include "table_priv.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FLAG(name, letter, help) { name, letter, TUG_OPT_FLAG, false, NULL, 0, 0, help }
#define TEXT(name, letter, arg, help) { name, letter, TUG_OPT_TEXT, false, arg, 0, 0, help }
#define TEXTS(name, letter, arg, help) { name, letter, TUG_OPT_TEXT, true, arg, 0, 0, help }
#define PATH(name, letter, arg, help) { name, letter, TUG_OPT_FILE, false, arg, 0, 0, help }
#define NUM(name, letter, arg, min, max, help) { name, letter, TUG_OPT_NUM, false, arg, min, max, help }
#define PROB(name, help) { name, 0, TUG_OPT_PROB, false, "P", 0, 0, help }
#define CHOICE(name, letter, words, help) { name, letter, TUG_OPT_CHOICE, false, words, 0, 0, help }
#define DURATION(name, min, max, help) { name, 0, TUG_OPT_MS, false, "DURATION", min, max, help }

#define PAIRS(name, arg, help) { name, 0, TUG_OPT_PAIR, true, arg, 0, 0, help }

#define END { NULL, 0, 0, false, NULL, 0, 0, NULL }

#define DAY_MS 86400000u

static const struct tug_opt common_opts[] = {
	TEXTS("device", 'd', "URL",
	      "device: serial:/dev/ttyACM0[?baud=N][&framing=raw], usb:VID:PID[:IFACE][?serial=S], udp:HOST[:PORT], "
	      "ble:NAME or ble:ADDRESS, vdev:[DIR]; may be repeated; default: $TUG_DEVICE"),
	DURATION("timeout", 1, DAY_MS, "longest wait for an answer, as 500ms, 10s or 2m"),
	NUM("retries", 0, "N", 0, 100, "repetitions of an unanswered request"),
	CHOICE("smp", 0, "auto|1|2", "SMP version; auto starts with 2 and falls back to 1"),
	TEXT("adapter", 0, "hciN", "Bluetooth adapter (default: the first that is switched on)"),
	NUM("passkey", 0, "N", 0, 999999, "passkey of a Bluetooth device that wants one to pair"),
	FLAG("json", 0, "print one JSON document, or JSON lines while something runs"),
	FLAG("quiet", 'q', "only errors and results"),
	FLAG("verbose", 'v', "decoded frames on standard error"),
	PATH("log", 0, "FILE", "append every frame with its time to FILE"),
	FLAG("help", 'h', "show help and stop"),
	FLAG("version", 0, "show the version and stop"),
	END,
};

#define WAIT_OPT DURATION("wait", 1, DAY_MS, "longest wait for the device after a reset (default 3m)")
#define WINDOW_OPT \
	{ "window", 0, TUG_OPT_AUTO, false, "auto|N", 1, 16, "chunks in flight; auto goes by the device's buffers" }
#define IMAGE_OPT NUM("image", 0, "N", 0, 255, "image number (default 0); of a package only this image (default: all)")
#define KEY_OPT PATH("key", 'k', "PUB.pem", "public key the bootloader holds; a wrong signature is refused before sending")

static const struct tug_opt update_opts[] = {
	CHOICE("mode", 0, "confirm-after-test|confirm|test|upload-only",
	       "confirm-after-test (default): test, reset, verify, confirm; confirm: permanent at once; test: left on "
	       "trial; upload-only: nothing is marked"),
	FLAG("plan", 0, "print the steps and stop"),
	IMAGE_OPT,
	FLAG("no-reset", 0, "stop before the reset"),
	FLAG("erase-settings", 0, "erase the settings storage too"),
	FLAG("allow-downgrade", 0, "take an older version"),
	FLAG("allow-unsigned", 0, "take an image without a signature, for a bootloader that checks none"),
	KEY_OPT,
	WAIT_OPT,
	WINDOW_OPT,
	END,
};

static const struct tug_opt upload_opts[] = { IMAGE_OPT, KEY_OPT, WINDOW_OPT, END };

static const struct tug_opt erase_opts[] = { NUM("slot", 0, "N", 0, 255, "slot (default: the one not running)"), END };

static const struct tug_opt reset_opts[] = {
	FLAG("force", 0, "even when the application is busy"),
	NUM("boot-mode", 0, "N", 0, 255, "0 normal, 1 bootloader (serial recovery)"),
	END,
};

static const struct tug_opt explain_opts[] = {
	CHOICE("format", 0, "text|json|html", "how to print the report (default text); --json is --format json"),
	END,
};

static const struct tug_opt doctor_opts[] = {
	FLAG("deep", 0, "also what has side effects: confirm the running image"),
	CHOICE("format", 0, "text|json|html", "how to print the report (default text); --json is --format json"),
	END,
};

static const struct tug_opt scan_opts[] = {
	TEXTS("udp", 0, "HOST[:PORT]", "ask this host; may be repeated"),
	DURATION("listen", 1, 600000, "how long to listen for Bluetooth devices (default 4s)"),
	END,
};

#define KEY_TYPES "ecdsa-p256|ecdsa-p384|rsa-2048|rsa-3072|ed25519|x25519"
#define PHRASE_OPT \
	PATH("passphrase-file", 0, "FILE", "its first line opens an encrypted key; else $TUG_PASSPHRASE, else the terminal is asked")
#define OUTPUT_OPT PATH("output", 'o', "FILE", "file to write (default: standard output)")
#define ANY_KEY_OPT PATH("key", 'k', "FILE", "private or public key, PEM, or a pkcs11: URI")

static const struct tug_opt keygen_opts[] = {
	CHOICE("type", 't', KEY_TYPES, "kind of key (default ecdsa-p256); x25519 encrypts only"),
	PATH("key", 'k', "FILE", "file to write"),
	FLAG("password", 'p', "encrypt the key with a passphrase, asked for twice on the terminal"),
	PATH("passphrase-file", 0, "FILE", "encrypt the key with the first line of FILE (so does $TUG_PASSPHRASE with -p)"),
	END,
};

static const struct tug_opt getpub_opts[] = {
	ANY_KEY_OPT,
	CHOICE("encoding", 'e', "lang-c|lang-rust|pem|raw|hex", "how to write it (default lang-c)"),
	CHOICE("lang", 'l', "c|rust", "older name of --encoding lang-c and lang-rust"),
	TEXT("name-suffix", 0, "TEXT", "appended to the name of the array"),
	OUTPUT_OPT,
	PHRASE_OPT,
	END,
};

static const struct tug_opt getpubhash_opts[] = {
	ANY_KEY_OPT,
	CHOICE("encoding", 'e', "lang-c|raw", "how to write it (default lang-c)"),
	OUTPUT_OPT,
	PHRASE_OPT,
	END,
};

static const struct tug_opt getpriv_opts[] = {
	PATH("key", 'k', "FILE", "private key, PEM"),
	FLAG("minimal", 0, "without what can be computed; the bootloader must be built for it"),
	CHOICE("format", 'f', "openssl|pkcs8", "form of the key (default: what MCUboot reads, openssl for RSA, pkcs8 else)"),
	OUTPUT_OPT,
	PHRASE_OPT,
	END,
};

static const struct tug_opt keyinfo_opts[] = {
	ANY_KEY_OPT,
	CHOICE("require", 0, "private|public", "exit with 1 when it is the other half"),
	PHRASE_OPT,
	END,
};

#define LIMIT_MODES "swap-scratch|swap-move|swap-offset|overwrite|direct-xip|ram-load|single-slot"

static const struct tug_opt sign_opts[] = {
	PATH("key", 'k', "FILE", "private key, PEM, or a pkcs11: URI"),
	TEXT("version", 'v', "VERSION", "maj.min.rev+build"),
	NUM("header-size", 'H', "N", 32, 65535, "octets of the header"),
	FLAG("pad-header", 0, "put the header in front; else IN begins with that many zeros"),
	NUM("slot-size", 'S', "N", 0, 0xffffffff, "octets of the slot (the secondary, if they differ); 0 = not checked"),
	CHOICE("align", 0, "1|2|4|8|16|32", "write unit of the flash (default 1)"),
	CHOICE("max-align", 0, "8|16|32", "largest write unit (default: 8 or --align)"),
	NUM("max-sectors", 'M', "N", 1, 65535, "sectors of a slot the bootloader is built for (default 128)"),
	FLAG("overwrite-only", 0, "the bootloader does not swap"),
	CHOICE("mode", 0, LIMIT_MODES, "hold the size against what a bootloader of this mode really takes"),
	NUM("sector-size", 0, "N", 1, 0xffffffff, "octets of a sector, for --mode (default 4096)"),
	FLAG("pad", 0, "fill the slot and mark the image for test"),
	FLAG("test", 0, "as --pad"),
	FLAG("confirm", 0, "fill the slot and mark the image as confirmed"),
	CHOICE("erased-val", 'R', "0|0xff", "value of an erased octet (default 0xff)"),
	NUM("hex-addr", 'x', "ADDR", 0, 0xffffffff, "address of OUT when it is .hex and IN is not"),
	NUM("load-addr", 'L', "ADDR", 0, 0xffffffff, "the image runs in RAM from there"),
	NUM("rom-fixed", 'F', "ADDR", 0, 0xffffffff, "the image runs at this flash address only"),
	FLAG("non-bootable", 0, "the image is never booted"),
	CHOICE("sha", 0, "auto|256|384|512", "digest (default auto: as the key wants)"),
	FLAG("pure", 0, "Ed25519 over the image instead of its digest"),
	FLAG("pad-sig", 0, "zeros after a short ECDSA signature, for MCUboot before 1.5"),
	CHOICE("public-key-format", 0, "hash|full", "how the image names its key (default hash)"),
	TEXT("security-counter", 's', "N|auto", "counter against old images; auto makes it of the version"),
	TEXT("dependencies", 'd', "(IMAGE,VERSION)...", "other images and the least version each must have"),
	TEXT("boot-record", 0, "TYPE", "measured-boot record with this software type, at most 12 characters"),
	TEXT("vid", 0, "UUID|NAME", "vendor, checked by the bootloader; a name becomes a UUID"),
	TEXT("cid", 0, "UUID|NAME", "class of image; a name becomes a UUID of the vendor's"),
	PAIRS("custom-tlv", "TYPE VALUE", "a protected TLV of your own: type 0x00a0 to 0xfffe; 0x... or text; may be repeated"),
	PAIRS("custom-tlv-file", "TYPE FILE", "the same with the content of a file"),
	CHOICE("compression", 0, "disabled|lzma2|lzma2armthumb", "compress the payload, where that makes it smaller (default disabled)"),
	CHOICE("endian", 'e', "little|big", "byte order of header and TLVs (default little)"),
	CHOICE("vector-to-sign", 0, "payload|digest", "write what is to be signed elsewhere (HSM) instead of an image"),
	PATH("fix-sig", 0, "FILE", "the signature made elsewhere, base64; it is checked"),
	PATH("fix-sig-pubkey", 0, "FILE", "public key of --fix-sig"),
	PATH("sig-out", 0, "FILE", "write the signature there too, base64"),
	PATH("encrypt", 'E', "FILE", "encrypt for the owner of this public key (x25519, ecdsa-p256, rsa-2048), or with this key encryption key"),
	CHOICE("encrypt-keylen", 0, "128|256", "bits of the image's AES key (default 128)"),
	FLAG("clear", 'c', "do not encrypt, but say so and add the wrapped key: for the primary slot"),
	CHOICE("hmac-sha", 0, "auto|256|512", "HMAC of x25519 encryption (default auto: 256)"),
	FLAG("save-enctlv", 0, "the bootloader keeps the wrapped keys while swapping: reserve room for them (encrypted images only)"),
	PHRASE_OPT,
	END,
};

static const struct tug_opt info_opts[] = {
	FLAG("map", 0, "draw the parts of the file to scale"),
	CHOICE("format", 'f', "human|yaml|json", "as imgtool's dumpinfo: the same keys (default human; with --outfile yaml)"),
	PATH("outfile", 'o', "FILE", "file to write (default: standard output)"),
	FLAG("silent", 's', "taken and ignored, as imgtool does"),
	END,
};

static const struct tug_opt zip_opts[] = {
	TEXT("board", 0, "NAME", "board the images are built for"),
	TEXT("soc", 0, "NAME", "chip the images are built for"),
	TEXT("type", 0, "TYPE", "kind of the images (default application)"),
	TEXT("name", 0, "TEXT", "name of the package for people"),
	NUM("time", 0, "SECONDS", 0, 0xffffffff, "time of the package, since 1970 (default: $SOURCE_DATE_EPOCH, else now)"),
	PATH("key", 'k', "PUB.pem", "refuse images that are not signed by this key"),
	END,
};

static const struct tug_opt verify_opts[] = {
	ANY_KEY_OPT,
	PATH("enc-key", 0, "FILE", "private key (or key encryption key) that opens an encrypted image"),
	PHRASE_OPT,
	END,
};

static const struct tug_opt decrypt_opts[] = {
	PATH("key", 'k', "FILE", "private key the image was encrypted for, PEM, or its key encryption key"),
	FLAG("payload", 0, "write the payload alone"),
	PHRASE_OPT,
	END,
};

#define STATES "fresh|leftover|pending-test|pending-confirm|test-run|unconfirmed|duplicate"
#define MODES "swap-move|swap-scratch|overwrite|overwrite-fast"
#define SERVERS "zephyr-3.3|zephyr-3.5|zephyr-4.2|mcuboot-recovery"

static const struct tug_opt vdev_opts[] = {
	TEXT("udp", 0, "[HOST:]PORT", "listen on UDP; port 0 = any; loopback unless told"),
	{ "pty", 0, TUG_OPT_MAYBE, false, "LINK", 0, 0, "open a pseudo terminal; LINK becomes a symbolic link to it" },
	CHOICE("framing", 0, "console|raw", "framing on the pseudo terminal (default console)"),
	FLAG("console-on-pty", 0, "console lines between the frames of the pseudo terminal too"),
	{ "ble", 0, TUG_OPT_MAYBE, false, "hciN", 0, 0, "advertise on a Bluetooth adapter (not built yet)" },
	TEXT("profile", 0, "NAME", "flash layout (default nrf52840); see --list-profiles"),
	FLAG("list-profiles", 0, "print the profiles and stop"),
	FLAG("map", 0, "draw the flash and stop"),
	CHOICE("bootloader", 0, MODES, "update mode of the bootloader (default: the profile's)"),
	TEXT("groups", 0, "LIST", "command groups, as os,img,zbasic (default: all)"),
	CHOICE("server", 0, SERVERS, "whose quirks the server has (default zephyr-4.2)"),
	NUM("buf-size", 0, "N", 64, 65535, "octets of an SMP buffer"),
	NUM("buf-count", 0, "N", 1, 255, "SMP buffers"),
	FLAG("no-params", 0, "the parameters command is not built in"),
	TEXTS("flaw", 0, "NAME", "what is wrong with the firmware: no-echo, no-reset, no-bootinfo, no-slotinfo, no-state-write, "
	      "no-reassembly, confirm-ignored, slot-size, access or stack; may be repeated"),
	{ "key", 'k', TUG_OPT_FILE, true, "PUB.pem", 0, 0, "key of the bootloader; may be repeated" },
	CHOICE("sha", 0, "256|384|512", "digest the bootloader wants (default 256; with P-384 keys 384)"),
	PATH("enc-key", 0, "FILE", "private key (or key encryption key) of the bootloader: it takes images encrypted for it"),
	CHOICE("encrypt-keylen", 0, "128|256", "bits of the AES keys of images the bootloader opens (default 128)"),
	CHOICE("hmac-sha", 0, "256|512", "hash of the x25519 scheme the bootloader opens (default 256)"),
	PATH("primary", 0, "FILE", "image for the primary slot"),
	PATH("secondary", 0, "FILE", "image for the secondary slot"),
	CHOICE("state", 0, STATES, "state of the slots before the first boot"),
	TEXTS("report-hash", 0, "SLOT=HEX", "hash to report for a slot"),
	CHOICE("app", 0, "ok|crash|hang|no-smp", "what a new image does once it runs"),
	FLAG("trace-flash", 0, "flash operations on standard error"),
	PROB("loss", "packets lost"),
	PROB("duplicate", "packets that arrive twice"),
	PROB("reorder", "packets that overtake the one before"),
	NUM("delay", 0, "MS", 0, 600000, "delay in each direction"),
	NUM("rate", 0, "BPS", 0, 0xffffffff, "bits per second (0 = unlimited)"),
	NUM("power-cut", 0, "N", 0, 0xffffffff, "cut the power at the N-th flash operation"),
	NUM("erase-time", 0, "MS", 0, 600000, "time of a sector erase"),
	NUM("write-time", 0, "US", 0, 60000000, "time of a flash write unit"),
	NUM("boot-time", 0, "MS", 0, 600000, "time from the reset to the first answer"),
	NUM("seed", 0, "N", 0, 0xffffffff, "seed of everything random (printed when not given)"),
	END,
};

static const struct tug_opt none_opts[] = { END };

#define ROW(ident, name, args, min, max, flags, opts, summary, text) \
	{ name, args, min, max, flags, opts##_opts, summary, text },

static const struct tug_cmd table[] = { TUG_CLI_COMMANDS(ROW) };

static const struct tug_exit_text exits[] = {
	{ 0, "done" },
	{ 1, "the device refused, or the result is not what was asked" },
	{ 2, "usage: unknown command, option or value" },
	{ 3, "link or time-out" },
	{ 4, "local file or permission" },
	{ 5, "internal error" },
	{ 130, "interrupted" },
};

const struct tug_cmd_alias *tug_cmd_aliases(void)
{
	static const struct tug_cmd_alias aliases[] = {
		{ "file create", "file sign" },
		{ "file dumpinfo", "file info" },
		{ NULL, NULL },
	};

	return aliases;
}

const struct tug_cmd *tug_cmds(size_t *n)
{
	*n = COUNT(table);
	return table;
}

const struct tug_opt *tug_common_opts(void)
{
	return common_opts;
}

const struct tug_exit_text *tug_exit_texts(size_t *n)
{
	*n = COUNT(exits);
	return exits;
}
