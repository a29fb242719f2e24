/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of error codes: number, name, text, advice. Everything that prints an
 * error (strerror, docs/errors.md, the command line) expands it. Append only.
 */
#ifndef TUG_ERR_H
#define TUG_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * X(number, NAME, text, advice). Bands: 1-19 caller's mistake, 20-39 malformed wire or CBOR,
 * 40-59 image format, 60-79 verification refused, 80-99 storage and port, 100-119 link,
 * 120-139 the remote device refused, 140 and up internal.
 */
#define TUG_ERR_MAP(X) \
	X(1, EINVAL, "invalid argument", "check the value against the documentation of the call or option") \
	X(2, ENOSPACE, "buffer too small", "give a larger buffer") \
	X(3, ENOTIMPL, "not implemented by this port", "fill in the port function") \
	X(4, ERANGE, "value out of range", "use a value inside the documented range") \
	X(5, ESTATE, "not possible in this state", "finish or cancel what is under way first") \
	X(20, ETRUNC, "data ends too early", "the sender or the file was cut off; send or copy it again") \
	X(21, EVERSION, "unknown SMP version", "use SMP version 1 or 2 (--smp)") \
	X(22, EOP, "unexpected SMP operation", "the peer is not an SMP server, or answers out of turn") \
	X(23, ELEN, "length field does not match the data", "check MTU and buffer size of the link") \
	X(24, ECBOR, "malformed CBOR", "the peer is broken, or the bytes are not SMP") \
	X(25, EDEPTH, "CBOR nested too deeply", "the peer is broken or hostile") \
	X(26, ETYPE, "CBOR value has the wrong type", "the peer speaks another dialect; report the frame") \
	X(27, EDUP, "CBOR map holds a key twice", "the peer is broken; report the frame") \
	X(28, EMISSING, "required field is missing", "the peer speaks another dialect; report the frame") \
	X(29, ECRC, "CRC of a console frame is wrong", "check baud rate, cable and flow control") \
	X(30, EBASE64, "invalid base64", "check baud rate, cable and flow control") \
	X(31, ETOOBIG, "frame larger than the buffer", "raise buf_size or send smaller frames") \
	X(40, EMAGIC, "not an MCUboot image (magic is wrong)", \
	  "sign the binary first: give the .signed.bin, not zephyr.bin or merged.hex") \
	X(41, EHDR, "image header is inconsistent", "build and sign the image again") \
	X(42, ETLV, "image TLV area is malformed or cut off", "the file is truncated or corrupt; copy or sign it again") \
	X(43, EIMGSIZE, "image does not fit", "make the image smaller or the slot larger") \
	X(44, ENOHASH, "image has no digest TLV", "sign the image with a current signing tool") \
	X(45, EERASED, "no image here (erased)", "upload an image first") \
	X(46, EFLAGS, "image uses a feature this build lacks", "build with that feature or sign without it") \
	X(47, ETRAILER, "image trailer is damaged", "erase the slot and upload again") \
	X(48, EVERSTR, "version is not maj.min.rev+build", "write the version like 1.2.3+4") \
	X(49, EPACKAGE, "package is damaged, or an image was expected", "make it again, or unpack it and give the image inside") \
	X(50, EPACKED, "compressed payload is damaged", "compress and sign the image again") \
	X(60, EHASH, "image digest does not match", "the file is corrupt; copy or sign it again") \
	X(61, ESIG, "image signature does not verify", "sign with the key whose public half the bootloader holds") \
	X(62, ENOKEY, "no key for this image", "sign with the key whose public half the bootloader holds") \
	X(63, ENOSIG, "image is not signed", "sign the image") \
	X(64, EDOWNGRADE, "image is older than the running one", "allow the downgrade or build a newer version") \
	X(80, EIO, "storage error", "check the flash or the disk") \
	X(81, EALIGN, "flash access is not aligned", "use offsets and lengths that are multiples of the write unit or sector") \
	X(82, EBOUNDS, "access outside the flash area", "check the partition layout") \
	X(83, ENOTERASED, "flash written twice without an erase", "erase the sector first") \
	X(84, EPOWER, "power was cut", "power up again") \
	X(85, EFILE, "cannot read or write the file", "check that the path exists and is a file") \
	X(86, EACCESS, "permission denied", "check the owner, mode and groups of the file or device") \
	X(87, EDISKFULL, "disk is full", "free some space and try again") \
	X(88, ECRYPTO, "the crypto library failed", "check the key file and its type") \
	X(100, ETIMEOUT, "no answer in time", "check that the device is on and runs an SMP server; raise --timeout") \
	X(101, ECLOSED, "the link was closed", "connect again; an upload resumes where it was") \
	X(102, EBUSY, "the link or port is in use", "close the other program that holds it") \
	X(103, ENODEV, "no such device", "check the address; `tug scan` lists what can be reached") \
	X(104, ELINK, "the link failed", "check cable, network and power") \
	X(105, EINTR, "interrupted", "run the command again; an upload resumes where it was") \
	X(106, EADDR, "device address not understood", "use serial:, usb:, udp:, ble: or vdev: as the manual shows") \
	X(120, EREMOTE, "the device answered with an error", "see the group and rc it gave") \
	X(121, ENOTSUP, "the device does not support this command", "build the firmware with the symbol that provides it") \
	X(122, ENOEFFECT, "the device said yes, but nothing changed", "reset the device and look at the image list again") \
	X(123, EREVERTED, "the new image ran and was reverted", "it crashed or never confirmed; read its console") \
	X(124, EIGNORED, "the bootloader did not swap", "read the bootloader's console for the reason") \
	X(125, EREJECTED, "the bootloader rejected the image", "check signing key, image type and size") \
	X(126, ENOTBACK, "the device did not come back after the reset", "read its console; recover with the programmer") \
	X(140, EINTERNAL, "internal error", "this is a bug; please report it with the log")

/** Results: 0 done, 1 feed more (not an error), negative = -number of the table. */
enum tug_result {
	TUG_OK = 0,   /**< done */
	TUG_MORE = 1, /**< feed me again; not an error */
#define TUG_ERR_ENUM(num, name, text, advice) TUG_##name = -(num),
	TUG_ERR_MAP(TUG_ERR_ENUM)
#undef TUG_ERR_ENUM
};

/** One sentence for an error code, never NULL; "unknown error" for a number not in the table. */
const char *tug_strerror(int err);

/** What to do about an error code, never NULL; empty when nothing is known. */
const char *tug_err_advice(int err);

/** The code's name without prefix ("ETIMEOUT"), never NULL. */
const char *tug_err_name(int err);

#ifdef __cplusplus
}
#endif
#endif
