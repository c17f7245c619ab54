// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore.Place;
import io.podidentity.emulator.storage.BlockList.Entry;
import io.podidentity.emulator.storage.BlockList.From;
import io.podidentity.emulator.storage.StoredBlob.Block;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** Changes one blob as a request wants it, if its conditions and checksums hold. */
record BlobChanges(BlobStore store, String container, String name) {

    private static final int LONGEST_NAME = 1024;
    private static final int MOST_SEGMENTS = 254;
    private static final int LONGEST_BLOCK_ID = 64;
    private static final String ENCRYPTED = "x-ms-request-server-encrypted";

    /** A block blob whole. */
    Answer put(Request request) {
        requireBlockBlob(request);
        requireName();
        Checksums.checkBody(request);
        byte[] content = request.body();
        String md5 = Checksums.md5(content);
        ContentHeaders headers = ContentHeaders.ofNewBlob(request);
        headers.md5().ifPresent(expected -> Checksums.checkMd5(expected, content));
        BlobMetadata metadata = BlobMetadata.of(request);
        Conditions conditions = Conditions.of(request);
        StoredBlob blob = store.change(container, name, (present, next) -> {
            conditions.checkReplacement(present.version());
            return new StoredBlob(
                    name, content, List.of(), headers.withMd5(md5), metadata, created(present, next), next);
        });
        Answer answer = blob.version().into(Answer.empty(201)).with(Checksums.CONTENT_MD5, md5);
        return answer.with(ENCRYPTED, "true");
    }

    private static void requireBlockBlob(Request request) {
        String type = request.header("x-ms-blob-type")
                .orElseThrow(() -> StorageError.MISSING_HEADER.refusal("HeaderName", "x-ms-blob-type"));
        if (type.equals("PageBlob") || type.equals("AppendBlob")) {
            throw StorageError.notPlayed("a blob of the type " + type);
        }
        if (!type.equals("BlockBlob")) {
            throw StorageError.INVALID_HEADER_VALUE.refusal("HeaderName", "x-ms-blob-type");
        }
    }

    private void requireName() {
        if (name.length() > LONGEST_NAME || name.split("/", -1).length > MOST_SEGMENTS) {
            throw StorageError.OUT_OF_RANGE_INPUT.refusal();
        }
    }

    /** A blob that takes the place of another one keeps its time. */
    private static Instant created(Place present, Version next) {
        return present.blob().map(StoredBlob::created).orElse(next.lastModified());
    }

    /** One block, which is no part of the blob before it is committed. */
    Answer putBlock(Request request) {
        requireName();
        String id = blockId(request);
        Checksums.checkBody(request);
        if (request.body().length == 0) {
            throw StorageError.INVALID_HEADER_VALUE.refusal("HeaderName", "Content-Length");
        }
        store.stage(container, name, new Block(id, request.body()));
        Answer answer = Answer.empty(201).with(ENCRYPTED, "true");
        if (request.header(Checksums.CONTENT_MD5).isPresent()) {
            return answer.with(Checksums.CONTENT_MD5, Checksums.md5(request.body()));
        }
        return answer.with(Checksums.CONTENT_CRC64, Crc64.of(request.body()));
    }

    private static String blockId(Request request) {
        String id = request.query()
                .get("blockid")
                .orElseThrow(() -> StorageError.MISSING_QUERY_PARAMETER.refusal("QueryParameterName", "blockid"));
        try {
            if (Base64.getDecoder().decode(id).length > LONGEST_BLOCK_ID) {
                throw StorageError.OUT_OF_RANGE_INPUT.refusal();
            }
            return id;
        } catch (IllegalArgumentException noBase64) {
            throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "blockid");
        }
    }

    /** Makes a blob of blocks. What is not in the list is dropped. */
    Answer putBlockList(Request request) {
        Checksums.checkBody(request);
        BlockList list = BlockList.parse(request.text());
        ContentHeaders headers = ContentHeaders.ofNewBlob(withoutHeadersOfTheList(request));
        BlobMetadata metadata = BlobMetadata.of(request);
        Conditions conditions = Conditions.of(request);
        StoredBlob blob = store.change(container, name, (present, next) -> {
            conditions.checkReplacement(present.version());
            List<Block> blocks = blocks(list, present);
            return new StoredBlob(name, joined(blocks), blocks, headers, metadata, created(present, next), next);
        });
        Answer answer = blob.version().into(Answer.empty(201)).with(ENCRYPTED, "true");
        return answer.with(Checksums.CONTENT_MD5, Checksums.md5(request.body()));
    }

    /** The standard headers describe the list here, which is XML, and not the blob. */
    private static Request withoutHeadersOfTheList(Request request) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach((header, value) -> {
            if (ContentHeaders.NAMES.contains(header.toLowerCase(Locale.ROOT))) {
                headers.put(header, value);
            }
        });
        return Request.of(request.method(), request.rawPath(), headers);
    }

    private static List<Block> blocks(BlockList list, Place present) {
        List<Block> committed = present.blob().map(StoredBlob::blocks).orElse(List.of());
        var blocks = new ArrayList<Block>();
        for (Entry entry : list.entries()) {
            Optional<Block> staged = Optional.ofNullable(present.staged().get(entry.id()))
                    .filter(block -> entry.from() != From.COMMITTED);
            Optional<Block> before = committed.stream()
                    .filter(block -> block.id().equals(entry.id()))
                    .filter(block -> entry.from() != From.UNCOMMITTED)
                    .findFirst();
            blocks.add(staged.or(() -> before).orElseThrow(() -> StorageError.INVALID_BLOCK_LIST.refusal()));
        }
        return blocks;
    }

    private static byte[] joined(List<Block> blocks) {
        var content = new ByteArrayOutputStream();
        blocks.forEach(block -> content.writeBytes(block.content()));
        return content.toByteArray();
    }

    Answer setMetadata(Request request) {
        BlobMetadata metadata = BlobMetadata.of(request);
        Conditions conditions = Conditions.of(request);
        StoredBlob blob = store.change(
                container,
                name,
                (present, next) -> existing(present, conditions).with(metadata, next));
        return blob.version().into(Answer.empty(200)).with(ENCRYPTED, "true");
    }

    Answer setProperties(Request request) {
        ContentHeaders headers = ContentHeaders.setBy(request);
        Conditions conditions = Conditions.of(request);
        StoredBlob blob = store.change(
                container,
                name,
                (present, next) -> existing(present, conditions).with(headers, next));
        return blob.version().into(Answer.empty(200));
    }

    private static StoredBlob existing(Place present, Conditions conditions) {
        conditions.checkChange(present.version());
        return present.blob().orElseThrow(() -> StorageError.BLOB_NOT_FOUND.refusal());
    }

    Answer delete(Request request) {
        request.header("x-ms-delete-snapshots").ifPresent(BlobChanges::requireWholeBlob);
        Conditions conditions = Conditions.of(request);
        store.remove(container, name, present -> conditions.checkChange(present.version()));
        return Answer.empty(202).with("x-ms-delete-type-permanent", "true");
    }

    /** There are no snapshots here, so a blob with all of its snapshots is the blob. */
    private static void requireWholeBlob(String snapshots) {
        if (snapshots.equals("only")) {
            throw StorageError.notPlayed("the value only of the header x-ms-delete-snapshots");
        }
        if (!snapshots.equals("include")) {
            throw StorageError.INVALID_HEADER_VALUE.refusal("HeaderName", "x-ms-delete-snapshots");
        }
    }
}
