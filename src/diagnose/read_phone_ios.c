/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of the iOS library and of the Flutter plugin over it.
 */
#include "phone_priv.h"

#define I TUG_PHONE_IOS
#define SURE TUG_PHONE_SURE
#define NEAR TUG_PHONE_NEAR
#define HEX TUG_PHONE_HEX
#define MAP TUG_PHONE_MAP

/* Errors of the iOS library that end an update, and errors that a device's code is translated to. */
#define FAILED(text) { text, I, SURE, TUG_STEP_FAILED, tug_phone_act_step }
#define RC(text, code) { text " (RC: %d", I, SURE, code, tug_phone_act_named_code }
#define REMOTE(text, code) { "Remote Error: " text, I, SURE, code, tug_phone_act_named_code }, \
	{ "Remote error: " text, I, SURE, code, tug_phone_act_named_code }
#define IMG(text, code) { text, I, NEAR, 0x100 + (code), tug_phone_act_named_code }
#define STEP(text, step) { text, I, SURE, step, tug_phone_act_step }

static const struct tug_phone_word ios[] = {
	/* frames */
	{ "Sending read command (", I, SURE | MAP, TUG_SMP_READ, tug_phone_act_ios_send },
	{ "Sending write command (", I, SURE | MAP, TUG_SMP_WRITE, tug_phone_act_ios_send },
	{ "Response (SMPv", I, SURE | MAP, 0, tug_phone_act_ios_answer },
	{ "Response (Version:", I, SURE | MAP, 0, tug_phone_act_ios_answer },
	{ "Response (Group:", I, SURE | MAP, 0, tug_phone_act_ios_answer },
	{ "Response (group:", I, SURE | MAP, 0, tug_phone_act_ios_answer },
	{ "Request (SMPv", I, SURE, 0, tug_phone_act_ios_failed },
	{ "Request (Group:", I, SURE, 0, tug_phone_act_ios_failed },
	{ "Request (group:", I, SURE, 0, tug_phone_act_ios_failed },
	{ "Request failed:", I, NEAR, 0, tug_phone_act_ios_failed },
	{ "-> [Seq: %d]", I, SURE | HEX, TUG_PHONE_HEX_IOS_TX, tug_phone_act_hex },
	{ "<- [Seq: %d]", I, SURE | HEX, TUG_PHONE_HEX_IOS_RX, tug_phone_act_hex },
	{ "-> 0x", I, SURE | HEX, TUG_PHONE_HEX_IOS_TX, tug_phone_act_hex },
	{ "<- 0x", I, SURE | HEX, TUG_PHONE_HEX_IOS_RX, tug_phone_act_hex },
	{ "Image List response:", I, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	{ "Image Test response:", I, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "Image Confirm response:", I, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "Validation response:", I, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	{ "Confirmation response:", I, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "Test response:", I, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "Invalid response:", I, SURE | MAP, -1, tug_phone_act_list },
	{ "Unhandled Exception: Invalid response:", I, SURE | MAP, -1, tug_phone_act_list },
	{ "Header: {\"", I, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	{ "Header:\n", I, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	/* links */
	{ "Peripheral connected", I, NEAR, TUG_PHONE_UP, tug_phone_act_link },
	{ "Peripheral already connected", I, NEAR, TUG_PHONE_UP, tug_phone_act_link },
	{ "Peripheral disconnected", I, NEAR, TUG_PHONE_DOWN, tug_phone_act_link },
	{ "Peripheral failed to connect", I, NEAR, TUG_PHONE_DOWN, tug_phone_act_link },
	{ "Peripheral not ready for write without response", I, SURE, 0, NULL },
	{ "(Retry %d) Peripheral not ready for write without response", I, SURE, 0, NULL },
	{ "Device disconnected unexpectedly", I, NEAR, TUG_PHONE_DOWN, tug_phone_act_link },
	{ "Device disconnected", I, NEAR, TUG_PHONE_DOWN, tug_phone_act_link },
	{ "Cancelling connection...", I, NEAR, TUG_PHONE_CLOSING, tug_phone_act_link },
	{ "Services discovered:", I, NEAR, TUG_PHONE_DISCOVERED, tug_phone_act_link },
	{ "Discovering characteristics...", I, NEAR, 1, tug_phone_act_service },
	{ "Characteristics discovered:", I, NEAR, 0, NULL },
	{ "Enabling notifications...", I, NEAR, 0, NULL },
	{ "Central Manager ready", I, NEAR, 0, NULL },
	{ "Device ready", I, 0, 0, NULL },
	{ "SMP service not found", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "SMP characteristic not found", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "MTU set to %d", I, NEAR, 3, tug_phone_act_mtu },
	{ "Insufficient MTU: %d", I, NEAR, 0, NULL },
	{ "Error: %d-byte packet is larger than MTU Size", I, SURE, 0, NULL },
	/* steps */
	STEP("Requesting McuMgr Parameters", TUG_STEP_VALIDATE),
	STEP("Requesting McuMgr parameters", TUG_STEP_VALIDATE),
	STEP("Requesting device capabilities", TUG_STEP_VALIDATE),
	STEP("Requesting Bootloader", TUG_STEP_VALIDATE),
	STEP("Sending Image List command", TUG_STEP_VALIDATE),
	STEP("Scheduling upload (hash:", TUG_STEP_UPLOAD),
	STEP("Uploading images...", TUG_STEP_UPLOAD),
	STEP("Uploading Image %d", TUG_STEP_UPLOAD),
	STEP("Uploading image %d", TUG_STEP_UPLOAD),
	STEP("Erasing app settings...", TUG_STEP_UPLOAD),
	STEP("Sending Image Test command", TUG_STEP_TEST),
	STEP("Sending Test command", TUG_STEP_TEST),
	STEP("Sending Image Confirm command", TUG_STEP_CONFIRM),
	STEP("Sending Confirm command", TUG_STEP_CONFIRM),
	STEP("Sending Reset command", TUG_STEP_RESET),
	STEP("Upgrade complete", TUG_STEP_SUCCESS),
	STEP("upgradeDidComplete", TUG_STEP_SUCCESS),
	STEP("upgradeDidFail", TUG_STEP_FAILED),
	STEP("upgradeDidCancel", TUG_STEP_FAILED),
	STEP("Upload cancelled due to error:", TUG_STEP_FAILED),
	{ "upgradeStateDidChange %s", I, SURE, 0, tug_phone_act_step },
	{ "upgradeStateDidChange(from: %s, to: %s", I, SURE, 0, tug_phone_act_step },
	{ "Upgrading with %d images in mode '%s'", I, SURE, 0, tug_phone_act_mode },
	{ "Upgrade started with %d images using '%s'", I, SURE, 0, tug_phone_act_mode },
	{ "Upgrade started with %d image using '%s'", I, SURE, 0, tug_phone_act_mode },
	{ "Upload finished ( %d of %d", I, SURE, 0, tug_phone_act_uploaded },
	{ "Uploaded image %d ( %d of %d", I, SURE, 0, NULL },
	{ "Response Offset:", I, SURE, 0, NULL },
	{ "Nothing to be uploaded", I, SURE, 0, NULL },
	{ "Mcu Manager parameters received ( %d x %d", I, SURE, 1, tug_phone_act_buffers },
	{ "Mcu Manager parameters not supported", I, SURE, 0, NULL },
	{ "Bootloader Info received", I, SURE, 0, NULL },
	{ "Bootloader Info not supported", I, SURE, 0, NULL },
	{ "Bootloader Mode", I, SURE, 0, NULL },
	{ "Assuming MCUBoot Bootloader", I, SURE, 0, NULL },
	{ "Setting SAR Buffer Size", I, SURE, 0, NULL },
	{ "Parameters SAR Buffer Size", I, SURE, 0, NULL },
	{ "Erasing app settings not supported", I, SURE, 0, NULL },
	{ "Reset request confirmed", I, SURE, 0, NULL },
	{ "Reset response:", I, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "Waiting for disconnection", I, NEAR, 0, NULL },
	{ "Waiting for disconnect", I, NEAR, 0, NULL },
	{ "Waiting %d seconds before reconnect", I, SURE, 0, NULL },
	{ "All Test commands sent", I, SURE, 0, NULL },
	{ "Secondary slot of image %d", I, SURE, 0, NULL },
	{ "Reconnecting...", I, 0, 0, NULL },
	{ "Reconnect deferred", I, NEAR, 0, NULL },
	{ "Reconnect successful", I, NEAR, 0, NULL },
	{ "Reconnect failed:", I, NEAR, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Image %d (slot: %d) was tested but it did not switch", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Image %d (slot: %d) was confirmed, but did not switch", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Image %d (slot: %d) found to be not Tested after Reset", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Image %d (slot %d) is already pending", I, SURE, 0, NULL },
	{ "Image %d already confirmed. Can't be tested", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Uploaded Image %d to slot: %d not found after Reset", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Expected %d or more images, but received %d", I, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Received 'busy' Error from Device", I, SURE, 0, NULL },
	FAILED("Connection failed after reset"),
	FAILED("DFU Manifest File not found"),
	FAILED("This is not a valid file for DFU"),
	FAILED("Response payload reports package offset does not match"),
	FAILED("Bad response received"),
	/* answers that did not come, and codes */
	{ "Sending the request timed out", I, SURE, -1, tug_phone_act_silent },
	{ "Retry %d for seq: %d", I, SURE, -1, tug_phone_act_silent },
	RC("Unknown error", 1), RC("No memory", 2), RC("Invalid value", 3), RC("Timeout", 4), RC("No entry", 5),
	RC("Bad state", 6), RC("Not supported", 8), RC("Corrupt payload", 9), RC("Busy, try again later", 10),
	RC("Access denied", 11), RC("Requested SMP McuMgr protocol version is too old", 12),
	RC("Requested SMP McuMgr protocol version is too new", 13),
	REMOTE("Unknown", 1), REMOTE("No Memory", 2), REMOTE("No memory", 2), REMOTE("In Value", 3),
	REMOTE("Invalid Value", 3), REMOTE("Timeout", 4), REMOTE("No Entry", 5), REMOTE("No entry", 5),
	REMOTE("Bad State", 6), REMOTE("Bad state", 6), REMOTE("Response Is Too Long", 7), REMOTE("Not Supported", 8),
	REMOTE("Not supported", 8), REMOTE("Busy", 10), REMOTE("Access denied", 11), REMOTE("Access Denied", 11),
	IMG("Failed to query flash area configuration", 2), IMG("There's no image in the slot", 3),
	IMG("Slot image is missing TLV information", 4), IMG("Slot image has an invalid TLV type", 5),
	IMG("Slot image has multiple hash TLVs", 6), IMG("Slot image has an invalid TLV size", 7),
	IMG("Slot image has no hash TLV", 8), IMG("There is no free slot to place the image", 9),
	IMG("Flash area opening failed", 10), IMG("Flash area reading failed", 11), IMG("Flash area writing failed", 12),
	IMG("Flash area erasing failed", 13), IMG("Given slot is not valid", 14),
	IMG("Insufficient heap memory (malloc failed)", 15), IMG("Invalid page number offset", 19),
	IMG("Required offset parameter not found", 20), IMG("Required length parameter not found", 21),
	IMG("Image length is smaller than the size of an image header", 22),
	IMG("Image header magic value does not match", 23), IMG("Invalid hash parameter", 24),
	IMG("Image load address does not match the address of the flash area", 25),
	IMG("Failed to get version of currently running application", 26),
	IMG("Currently running application is newer than", 27), IMG("Image operation already pending", 28),
	IMG("Image vector table is invalid", 29), IMG("Image is too large to fit", 30),
	IMG("Data sent is larger than the provided image size", 31), IMG("Image confirmation denied", 32),
	IMG("Setting active slot to test is not allowed", 33), IMG("Unable to determine current Image's active slot", 34),
};

const struct tug_phone_word *tug_phone_words_ios(size_t *n)
{
	*n = sizeof(ios) / sizeof(ios[0]);
	return ios;
}
