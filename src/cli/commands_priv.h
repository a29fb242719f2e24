/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of commands. commands.c expands it to texts and options, main.c to handlers; what is not
 * here is not a command. X(ident, name, args, min, max, flags, options, summary, text)
 */
#ifndef TUG_CLI_COMMANDS_PRIV_H
#define TUG_CLI_COMMANDS_PRIV_H

#define TUG_CLI_COMMANDS(X) \
	X(update, "update", "FILE", 1, 1, TUG_CMD_F_DEVICE | TUG_CMD_F_FILES, update, \
	  "bring the device to running FILE, confirmed, and prove it", \
	  "FILE is a signed image (.bin or Intel .hex) or a package (dfu_application.zip), of which all images go to the device, " \
	  "the application last and with one reset, or with --image one. The file is checked first: nothing is sent when it is cut off, " \
	  "damaged, no MCUboot image, not signed, or not signed by --key. Then the state of the device is read, the steps " \
	  "from there to FILE are planned and done one by one, each verified by reading the image list again. After a " \
	  "reset the device itself is awaited. The last line says how it ended: swapped, already-running, uploaded, " \
	  "reverted, ignored, rejected, not-back or failed, with the cause and the next step. An interrupted upload " \
	  "resumes where it was when the command is run again.") \
	X(image_list, "image list", "", 0, 0, TUG_CMD_F_DEVICE, none, "list the images on the device", \
	  "One line for each slot that holds an image: version, flags, hash.") \
	X(image_upload, "image upload", "FILE", 1, 1, TUG_CMD_F_DEVICE | TUG_CMD_F_FILES, upload, \
	  "send an image to the other slot and stop there", \
	  "The upload engine of update without anything around it: no version is compared, nothing is marked.") \
	X(image_test, "image test", "HASH", 1, 1, TUG_CMD_F_DEVICE, none, \
	  "mark an image to run once at the next reset", \
	  "HASH is the image's hash as image list shows it; its first characters will do when they are unique. The list " \
	  "is read again afterwards: status 1 when the device says yes but nothing changed.") \
	X(image_confirm, "image confirm", "[HASH]", 0, 1, TUG_CMD_F_DEVICE, none, \
	  "make the running image, or the one with HASH, permanent", \
	  "Without HASH the running image is confirmed. With the HASH of an image in the other slot that image becomes " \
	  "permanent at the next reset. The list is read again afterwards.") \
	X(image_erase, "image erase", "", 0, 0, TUG_CMD_F_DEVICE, erase, "erase the slot that is not running", \
	  "The list is read again afterwards.") \
	X(image_slots, "image slots", "", 0, 0, TUG_CMD_F_DEVICE, none, "show the sizes of the slots", \
	  "Slot info of the image group (Zephyr 4.0 and later, when built in).") \
	X(os_echo, "os echo", "TEXT", 1, 1, TUG_CMD_F_DEVICE, none, "have the device repeat TEXT", \
	  "Status 1 when the answer is not TEXT.") \
	X(os_reset, "os reset", "", 0, 0, TUG_CMD_F_DEVICE, reset, "reset the device", \
	  "The device answers first and resets a moment later; a link that closes right after the request counts as done.") \
	X(os_params, "os params", "", 0, 0, TUG_CMD_F_DEVICE, none, "show size and number of the SMP buffers", \
	  "What the upload engine sizes its chunks and window by.") \
	X(os_info, "os info", "[FORMAT]", 0, 1, TUG_CMD_F_DEVICE, none, "show what runs on the device", \
	  "FORMAT is any of s n r v b m p i o, or a for all (default): kernel, node, release, version, build date, " \
	  "machine, processor, hardware, operating system.") \
	X(os_bootloader, "os bootloader", "", 0, 0, TUG_CMD_F_DEVICE, none, "show the bootloader and its update mode", \
	  "The mode decides what an update can do: only swap modes can take an image back.") \
	X(os_tasks, "os tasks", "", 0, 0, TUG_CMD_F_DEVICE, none, "show the threads and their stacks", \
	  "Stack sizes are shown in octets; the device counts in words of four.") \
	X(os_memory, "os memory", "", 0, 0, TUG_CMD_F_DEVICE, none, "show the memory pools", \
	  "All three layouts that servers use are read.") \
	X(os_datetime, "os datetime", "[VALUE]", 0, 1, TUG_CMD_F_DEVICE, none, "show or set the clock", \
	  "VALUE is 2026-01-31T12:00:00, or now for the time of this computer in UTC. Devices keep no time zone.") \
	X(erase_storage, "erase-storage", "", 0, 0, TUG_CMD_F_DEVICE, none, "erase the settings storage", \
	  "Group 63 command 0; many devices do not have it.") \
	X(raw, "raw", "GROUP ID read|write [JSON]", 3, 4, TUG_CMD_F_DEVICE, none, "send any command", \
	  "GROUP is a number or a name (os, img, ...), ID a number. JSON is the body; the text h'0a0b' stands for a byte " \
	  "string, t'...' for that text as it is, i'...' for an integer beyond 2^53. The answer is printed the same way; " \
	  "in it integers above 2^53 are texts of digits.") \
	X(scan, "scan", "", 0, 0, 0, scan, "list devices that can be reached", \
	  "Serial ports with their USB ids; Bluetooth devices with the SMP service; UDP hosts only where --udp names them.") \
	X(explain, "explain", "FILE...", 1, 255, TUG_CMD_F_FILES, explain, "say why an update failed, and what to do", \
	  "FILE is any mix of client logs (nRF Connect and Device Manager for Android and iOS, mcumgr, smpmgr, mcumgr-toolkit, " \
	  "--log of tug), consoles of bootloader and application, build output, prj.conf, sysbuild.conf, .config, partition " \
	  "files, devicetree and frames in hex; each is recognised by its content. - is standard input; a folder stands for the " \
	  "configuration in it. Findings come in order: blocking, degraded, harmless, advice. Status 1 when nothing was " \
	  "recognised.") \
	X(lint, "lint", "FILE...", 1, 255, TUG_CMD_F_FILES, explain, "check a configuration before it is flashed", \
	  "As explain, with the rules on configuration alone. Status 1 when something blocks an update.") \
	X(doctor, "doctor", "[FILE...]", 0, 255, TUG_CMD_F_DEVICE | TUG_CMD_F_FILES, doctor, \
	  "look at a live device without changing it, and say what is wrong", \
	  "Asks for buffer sizes, image list, slot sizes, bootloader, system information, a command that no device has, and " \
	  "echoes of growing size. FILEs are its configuration (prj.conf, .config, partition files, a folder): what the build " \
	  "promises is then compared with what the device does. Status 1 when something blocks an update.") \
	X(decode, "decode", "HEX...", 1, 255, 0, none, "turn frames into text", \
	  "Each argument is hex (0a00..., 0x0A-00-..., with spaces or colons), a console line or base64, or @FILE " \
	  "(@- = standard input) with any mix of these, one a line, or binary frames.") \
	X(file_keygen, "file keygen", "", 0, 0, TUG_CMD_F_LAST, keygen, "make a signing key", \
	  "The private key is written as PKCS #8 PEM, readable by its owner only. A file that exists is not replaced.") \
	X(file_getpub, "file getpub", "", 0, 0, TUG_CMD_F_LAST, getpub, "show the public half of a key", \
	  "lang-c is what the bootloader is built with; pem is what update --key takes.") \
	X(file_getpubhash, "file getpubhash", "", 0, 0, TUG_CMD_F_LAST, getpubhash, "show the SHA-256 of a public key", \
	  "What a device with keys in hardware stores. Always SHA-256, whatever the key.") \
	X(file_getpriv, "file getpriv", "", 0, 0, TUG_CMD_F_LAST, getpriv, "show the private half of a decryption key", \
	  "A C array that a bootloader is built with to decrypt images. The output is secret.") \
	X(file_keyinfo, "file keyinfo", "", 0, 0, TUG_CMD_F_LAST, keyinfo, "show what a key file holds", \
	  "Type of the key, which half it is, and the hash by which images name it.") \
	X(file_sign, "file sign", "IN OUT", 2, 2, TUG_CMD_F_FILES | TUG_CMD_F_LAST, sign, "make a signed image of a binary", \
	  "IN and OUT are .bin or Intel .hex. Without --key the image carries a digest only. Options are imgtool's and make the same " \
	  "octets; where one is repeated the last counts. `tug file create` is the same command.") \
	X(file_info, "file info", "FILE", 1, 1, TUG_CMD_F_FILES | TUG_CMD_F_LAST, info, "show header, TLVs and trailer of an image", \
	  "Says what is wrong when FILE is not an image. `tug file dumpinfo` is the same command.") \
	X(file_verify, "file verify", "FILE", 1, 1, TUG_CMD_F_FILES | TUG_CMD_F_LAST, verify, "check digest and signature of an image", \
	  "Without --key only the digest is checked. Status 1 when it does not verify. Digest and signature of an encrypted image are of " \
	  "its plain text, which --enc-key opens.") \
	X(file_decrypt, "file decrypt", "IN OUT", 2, 2, TUG_CMD_F_FILES | TUG_CMD_F_LAST, decrypt, "decrypt an encrypted image", \
	  "OUT is IN with its payload in the clear, as `tug file sign --clear` makes it: header and TLVs stay, so digest and signature are " \
	  "right; with --payload it is the payload alone. Nothing is written unless the digest matches.") \
	X(file_zip, "file zip", "OUT.zip IMAGE[:INDEX[:SLOT]]...", 2, 17, TUG_CMD_F_FILES, zip, "make an update package of signed images", \
	  "The package is what the nRF Connect SDK calls dfu_application.zip; phones take it too. INDEX is the image number on the " \
	  "device (default: 0 for the first IMAGE, 1 for the second ...), SLOT that of a direct-XIP variant. Every image is checked as " \
	  "update checks it; padding behind it is left out. The same images, options and time make the same octets.") \
	X(vdev, "vdev", "[DIR]", 0, 1, 0, vdev, "run a virtual device", \
	  "A whole device in this process: flash, MCUboot-compatible bootloader, SMP server. With DIR its flash is kept " \
	  "there. Prints one line on standard output when ready, the console on standard error, and runs until " \
	  "interrupted. Without --udp and --pty both are opened.") \
	X(help, "help", "[COMMAND...]", 0, 2, 0, none, "show the commands, or one command", "The same text as --help.")

#endif
