// SPDX-License-Identifier: MIT
//
// The blocks that the boot ROM reads: RP2350 datasheet, 5.1.5 and 5.9. picotool writes them.

#include "blocks.h"
#include "port.h"

#define BLOCK_START (0xffffded3u)
#define BLOCK_END (0xab123579u)
#define ITEM_IMAGE_TYPE (0x42)
#define ITEM_LAST (0xff)
#define IMAGE_EXECUTABLE (1)
// The ROM takes blocks of 640 bytes at most.
#define BLOCK_WORDS (160)
#define BLOCKS_MOST (16)

static uint32_t word_at(uint32_t off_bytes) {
    uint32_t word;
    boot_port_read(off_bytes, &word, sizeof(word));
    return word;
}

// Find the first block, which is in the first sector. Returns its offset in the image, or limit_bytes.
static uint32_t first(uint32_t off_bytes, uint32_t limit_bytes) {
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += sizeof(uint32_t)) {
        if (word_at(off_bytes + at) == BLOCK_START) {
            return at;
        }
    }
    return limit_bytes;
}

// Return how many words the items of a block take, behind its first word; 0 if it has no end.
static uint32_t words_of(uint32_t off_bytes) {
    for (uint32_t at = 1; at < BLOCK_WORDS - 2;) {
        uint32_t item = word_at(off_bytes + 4 * at);
        // Types from 128 on have two bytes of size.
        uint32_t size = (item & 0x80) != 0 ? (item >> 8) & 0xffff : (item >> 8) & 0xff;
        if ((item & 0xff) == ITEM_LAST) {
            return size == at - 1 && word_at(off_bytes + 4 * (at + 2)) == BLOCK_END ? at : 0;
        }
        if (size == 0) {
            return 0;
        }
        at += size;
    }
    return 0;
}

static bool is_image(uint32_t off_bytes) {
    uint32_t item = word_at(off_bytes + 4);
    return (item & 0xff) == ITEM_IMAGE_TYPE && ((item >> 16) & 15) == IMAGE_EXECUTABLE;
}

bool blocks_flag(uint32_t off_bytes, uint32_t limit_bytes, uint32_t *flag_off) {
    uint32_t begin = first(off_bytes, limit_bytes);
    uint32_t at = begin;
    bool found = false;
    for (unsigned i = 0; i < BLOCKS_MOST; i++) {
        if (at < begin || at >= limit_bytes || at % 4 != 0 || word_at(off_bytes + at) != BLOCK_START) {
            return false;
        }
        uint32_t words = words_of(off_bytes + at);
        if (words == 0) {
            return false;
        }
        if (is_image(off_bytes + at)) {
            *flag_off = off_bytes + at + 4 + 3;
            found = true;
        }
        at += word_at(off_bytes + at + 4 * (words + 1));
        if (at == begin) {
            return found;
        }
    }
    return false;
}
