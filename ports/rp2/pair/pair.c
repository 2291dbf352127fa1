// SPDX-License-Identifier: MIT
//
// The pair of slots that the boot ROM of an RP2350 chooses from

#include <string.h>

#include "mbedtls/sha256.h"

#include "blocks.h"
#include "pair.h"
#include "port.h"

// Of what the ROM says of a partition: pico-sdk, boot/picobin.h.
#define FIRST_SECTOR(location) ((location) & 0x1fff)
#define LAST_SECTOR(location) (((location) >> 13) & 0x1fff)
#define LINK_TYPE(flags) (((flags) >> 1) & 3)
#define LINK_VALUE(flags) (((flags) >> 3) & 15)
#define LINK_A (1)

// "UPYP" as bytes.
#define MAGIC (0x50595055u)
#define SET (0x00)
// Marks behind the request, a page of their own: the ROM was asked to start it; it is to go back; what the buy wrote can be relied
// on; it was bought, and the ROM did not come to erase the other one, so it was asked once more (a byte each time).
enum { MARK_STARTED, MARK_BACK, MARK_SETTLED, MARK_AGAIN };
#define AGAIN_MOST (8)

// What was asked for: to start the image of this hash in the slot that the request stands in.
typedef struct {
    uint32_t magic;
    uint8_t hash[BOOT_HASH_BYTES];
    uint32_t checksum;
} request_t;

// What boot_port_read does for the image that is looked at.
static struct {
    // The first sector of the slot is read from there, 0: where it is.
    uint32_t slot_off, aside_off;
    // The byte with the flag of the trial, which the ROM clears when it buys: it is read as it was signed.
    uint32_t flag_off;
    // The sector that a buy writes: what is read of it is programmed once more, for a power cut leaves bits of which nobody knows
    // how they read the next time. 0: none.
    uint32_t drive_off;
} look;

static uint32_t aside_off(const pair_t *pair) {
    return pair->other_off + pair->slot_bytes - PAIR_TAIL_BYTES;
}

static uint32_t request_off(const pair_t *pair, uint32_t slot_off) {
    return slot_off + pair->slot_bytes - BOOT_SECTOR_BYTES;
}

static uint32_t room_bytes(const pair_t *pair) {
    return pair->slot_bytes - PAIR_TAIL_BYTES;
}

static uint32_t bytes_of(uint32_t location) {
    return (LAST_SECTOR(location) - FIRST_SECTOR(location) + 1) * BOOT_SECTOR_BYTES;
}

bool pair_find(const uint32_t *words, unsigned count, uint32_t running_off, pair_t *pair) {
    bool found = false;
    memset(pair, 0, sizeof(*pair));
    for (unsigned b = 0; b < count; b++) {
        uint32_t location = words[2 * b], a = LINK_VALUE(words[2 * b + 1]);
        uint32_t b_off = FIRST_SECTOR(location) * BOOT_SECTOR_BYTES;
        if (LINK_TYPE(words[2 * b + 1]) == LINK_A && a < count) {
            uint32_t a_off = FIRST_SECTOR(words[2 * a]) * BOOT_SECTOR_BYTES;
            if ((running_off == a_off || running_off == b_off) && bytes_of(words[2 * a]) == bytes_of(location)) {
                pair->running_off = running_off;
                pair->other_off = running_off == a_off ? b_off : a_off;
                pair->slot_bytes = bytes_of(location);
                found = pair->slot_bytes > PAIR_TAIL_BYTES + BOOT_SECTOR_BYTES;
            }
        } else if (LINK_TYPE(words[2 * b + 1]) != LINK_A) {
            // The last one that is no B: A comes first, the files behind the pair.
            pair->files_off = b_off;
            pair->files_bytes = bytes_of(location);
        }
    }
    if (pair->files_off == pair->running_off || pair->files_off == pair->other_off) {
        pair->files_bytes = 0;
    }
    return found;
}

// Program what was read there, in the pages that it is in.
static void drive(uint32_t off_bytes, const uint8_t *bytes, uint32_t size_bytes) {
    while (size_bytes != 0) {
        uint8_t page[BOOT_PAGE_BYTES];
        uint32_t in_page = off_bytes % BOOT_PAGE_BYTES, part = BOOT_PAGE_BYTES - in_page;
        part = part < size_bytes ? part : size_bytes;
        memset(page, 0xff, sizeof(page));
        memcpy(page + in_page, bytes, part);
        boot_port_program(off_bytes - in_page, page);
        off_bytes += part;
        bytes += part;
        size_bytes -= part;
    }
}

void boot_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    uint8_t *bytes = to;
    uint32_t in_slot = off_bytes - look.slot_off;
    size_t aside = 0;
    if (look.aside_off != 0 && off_bytes >= look.slot_off && in_slot < BOOT_SECTOR_BYTES) {
        aside = BOOT_SECTOR_BYTES - in_slot;
        aside = aside < size_bytes ? aside : size_bytes;
        pair_port_read(look.aside_off + in_slot, bytes, aside);
    }
    pair_port_read(off_bytes + aside, bytes + aside, size_bytes - aside);
    if (look.drive_off != 0 && off_bytes / BOOT_SECTOR_BYTES == look.drive_off / BOOT_SECTOR_BYTES) {
        drive(off_bytes, bytes, size_bytes);
    }
    if (look.flag_off != 0 && look.flag_off - off_bytes < size_bytes) {
        bytes[look.flag_off - off_bytes] |= BLOCKS_TRIAL;
    }
}

static bool is_blank(uint32_t off_bytes) {
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        uint32_t page[BOOT_PAGE_BYTES / 4];
        pair_port_read(off_bytes + at, page, sizeof(page));
        for (unsigned i = 0; i < BOOT_PAGE_BYTES / 4; i++) {
            if (page[i] != 0xffffffff) {
                return false;
            }
        }
    }
    return true;
}

uint32_t pair_look(const pair_t *pair, unsigned which) {
    look.slot_off = which == PAIR_RUNNING ? pair->running_off : pair->other_off;
    look.aside_off = which == PAIR_UPDATE && is_blank(look.slot_off) ? aside_off(pair) : 0;
    look.flag_off = 0;
    look.drive_off = 0;
    return look.slot_off;
}

// Tell whether the image that is looked at has the flag of the trial, and read it as if it had.
static bool take_flag(const pair_t *pair) {
    uint32_t flag_off;
    uint8_t byte;
    if (!blocks_flag(look.slot_off, room_bytes(pair), &flag_off)) {
        return false;
    }
    boot_port_read(flag_off, &byte, sizeof(byte));
    look.flag_off = flag_off;
    return (byte & BLOCKS_TRIAL) != 0;
}

bool pair_image(const pair_t *pair, unsigned which, bool whole, boot_image_t *image) {
    uint32_t off_bytes = pair_look(pair, which);
    bool flagged = take_flag(pair);
    if (which == PAIR_UPDATE ? !flagged : which == PAIR_BEFORE && flagged) {
        return false;
    }
    return whole ? boot_image_is_whole(off_bytes, room_bytes(pair), image) : boot_image_read(off_bytes, room_bytes(pair), image);
}

static bool is_there(uint32_t off_bytes, const uint8_t *sector) {
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        uint8_t page[BOOT_PAGE_BYTES];
        pair_port_read(off_bytes + at, page, sizeof(page));
        if (memcmp(page, sector + at, sizeof(page)) != 0) {
            return false;
        }
    }
    return true;
}

bool pair_write(const pair_t *pair, uint32_t number, const uint8_t *sector) {
    if (pair->on_trial) {
        return false;
    }
    if (!is_blank(pair->other_off)) {
        boot_port_erase(pair->other_off);
    }
    uint32_t off_bytes = number == 0 ? aside_off(pair) : pair->other_off + number * BOOT_SECTOR_BYTES;
    if (!is_there(off_bytes, sector)) {
        boot_port_erase(off_bytes);
    }
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        boot_port_program(off_bytes + at, sector + at);
    }
    return true;
}

// The first four bytes of the SHA-256 of what is in front of the checksum.
static uint32_t checksum(const request_t *request) {
    uint8_t hash[BOOT_HASH_BYTES];
    mbedtls_sha256((const unsigned char *)request, offsetof(request_t, checksum), hash, 0);
    uint32_t word;
    memcpy(&word, hash, sizeof(word));
    return word;
}

static bool read_request(const pair_t *pair, uint32_t slot_off, request_t *request) {
    pair_port_read(request_off(pair, slot_off), request, sizeof(*request));
    return request->magic == MAGIC && request->checksum == checksum(request);
}

static void write_request(const pair_t *pair, const uint8_t *hash) {
    uint8_t page[BOOT_PAGE_BYTES];
    request_t request = { .magic = MAGIC };
    memcpy(request.hash, hash, sizeof(request.hash));
    request.checksum = checksum(&request);
    memset(page, 0xff, sizeof(page));
    memcpy(page, &request, sizeof(request));
    boot_port_program(request_off(pair, pair->other_off), page);
}

static uint32_t mark_off(const pair_t *pair, uint32_t slot_off, unsigned mark) {
    return request_off(pair, slot_off) + (1 + mark) * BOOT_PAGE_BYTES;
}

static bool has_mark_at(uint32_t off_bytes) {
    uint8_t byte;
    pair_port_read(off_bytes, &byte, sizeof(byte));
    return byte == SET;
}

static bool has_mark(const pair_t *pair, uint32_t slot_off, unsigned mark) {
    return has_mark_at(mark_off(pair, slot_off, mark));
}

static void set_mark_at(uint32_t off_bytes) {
    uint8_t page[BOOT_PAGE_BYTES];
    memset(page, 0xff, sizeof(page));
    page[off_bytes % BOOT_PAGE_BYTES] = SET;
    boot_port_program(off_bytes - off_bytes % BOOT_PAGE_BYTES, page);
}

static void set_mark(const pair_t *pair, uint32_t slot_off, unsigned mark) {
    set_mark_at(mark_off(pair, slot_off, mark));
}

// There is one request at most: that of the running image, too, is over. What reads as erased may be half erased.
static void forget_requests(const pair_t *pair) {
    boot_port_erase(request_off(pair, pair->running_off));
    boot_port_erase(request_off(pair, pair->other_off));
}

// Put the first sector of the update in its place: from now on the ROM sees it, and does not start it by itself.
static void put_first_sector(const pair_t *pair) {
    boot_port_erase(pair->other_off);
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        uint8_t page[BOOT_PAGE_BYTES];
        pair_port_read(aside_off(pair) + at, page, sizeof(page));
        boot_port_program(pair->other_off + at, page);
    }
}

boot_answer_t pair_request(const pair_t *pair) {
    boot_image_t running, update;
    if (pair->on_trial) {
        return BOOT_BUSY;
    }
    bool known = pair_image(pair, PAIR_RUNNING, false, &running);
    if (!pair_image(pair, PAIR_UPDATE, true, &update)) {
        return BOOT_BAD_SECONDARY;
    }
    if (known && memcmp(running.hash, update.hash, BOOT_HASH_BYTES) == 0) {
        return BOOT_SAME_IMAGE;
    }
    bool is_aside = look.aside_off != 0;
    forget_requests(pair);
    if (is_aside) {
        put_first_sector(pair);
    }
    write_request(pair, update.hash);
    return BOOT_OK;
}

boot_answer_t pair_revert(const pair_t *pair) {
    boot_image_t before;
    if (pair->on_trial) {
        // The ROM starts the other one at any reset: the trial must not be confirmed meanwhile.
        set_mark(pair, pair->running_off, MARK_BACK);
        return BOOT_OK;
    }
    if (!pair_image(pair, PAIR_BEFORE, false, &before)) {
        return BOOT_NO_RECORD;
    }
    if (!pair_image(pair, PAIR_BEFORE, true, &before)) {
        return BOOT_BAD_SECONDARY;
    }
    forget_requests(pair);
    write_request(pair, before.hash);
    return BOOT_OK;
}

// Make bits of what a buy wrote what they read as. Returns whether that is a whole image.
static bool is_settled(const pair_t *pair, unsigned which) {
    boot_image_t image;
    uint32_t off_bytes = pair_look(pair, which);
    // Its blocks may read otherwise than the ROM has read them: where the flag is nobody knows then.
    if (take_flag(pair) || look.flag_off == 0) {
        return false;
    }
    const uint8_t bought = (uint8_t)~BLOCKS_TRIAL;
    drive(look.flag_off, &bought, sizeof(bought));
    look.drive_off = look.flag_off;
    bool whole = boot_image_is_whole(off_bytes, room_bytes(pair), &image);
    look.drive_off = 0;
    return whole;
}

// The other image was started once. If it was bought it is to run: the power went while the ROM erased the newer one, which runs now
// from a sector that nobody can rely on. So often that it comes to an end, and not for ever.
static bool start_again(const pair_t *pair, const request_t *request) {
    boot_image_t image;
    if (!pair_image(pair, PAIR_BEFORE, true, &image) || memcmp(image.hash, request->hash, BOOT_HASH_BYTES) != 0) {
        return false;
    }
    uint32_t off_bytes = mark_off(pair, pair->other_off, MARK_AGAIN);
    for (unsigned i = 0; i < AGAIN_MOST; i++) {
        if (!has_mark_at(off_bytes + i)) {
            set_mark_at(off_bytes + i);
            return is_settled(pair, PAIR_BEFORE);
        }
    }
    return false;
}

// The running image was bought, and nobody knows whether the buy came to its end. Returns whether the one before is the better one.
static bool is_worse(const pair_t *pair) {
    request_t request;
    boot_image_t image;
    if (!read_request(pair, pair->running_off, &request) || has_mark(pair, pair->running_off, MARK_SETTLED)) {
        return false;
    }
    if (!is_settled(pair, PAIR_RUNNING) && pair_image(pair, PAIR_BEFORE, true, &image)) {
        return true;
    }
    set_mark(pair, pair->running_off, MARK_SETTLED);
    return false;
}

bool pair_start(const pair_t *pair) {
    request_t request;
    boot_image_t image;
    if (pair->on_trial) {
        return false;
    }
    if (!read_request(pair, pair->other_off, &request)) {
        return is_worse(pair);
    }
    if (has_mark(pair, pair->other_off, MARK_STARTED)) {
        return start_again(pair, &request);
    }
    drive(request_off(pair, pair->other_off), (const uint8_t *)&request, sizeof(request));
    // Marked first: firmware that hangs is not started for ever.
    set_mark(pair, pair->other_off, MARK_STARTED);
    if (!pair_image(pair, PAIR_UPDATE, false, &image) && !pair_image(pair, PAIR_BEFORE, false, &image)) {
        return false;
    }
    return memcmp(image.hash, request.hash, BOOT_HASH_BYTES) == 0;
}

bool pair_confirm(const pair_t *pair) {
    if (!pair->on_trial || has_mark(pair, pair->running_off, MARK_BACK)) {
        return false;
    }
    pair_port_buy(pair);
    set_mark(pair, pair->running_off, MARK_SETTLED);
    return true;
}

int pair_marks(const pair_t *pair) {
    request_t request;
    boot_image_t image;
    if (read_request(pair, pair->running_off, &request)) {
        bool same = pair_image(pair, PAIR_RUNNING, false, &image) && memcmp(image.hash, request.hash, BOOT_HASH_BYTES) == 0;
        return same ? 0 : 1 << BOOT_MARK_OTHER_FIRMWARE;
    }
    if (read_request(pair, pair->other_off, &request) && has_mark(pair, pair->other_off, MARK_STARTED)) {
        bool whole = pair_image(pair, PAIR_UPDATE, true, &image);
        return 1 << (whole ? BOOT_MARK_REVERTED : BOOT_MARK_BAD_IMAGE);
    }
    return -1;
}
