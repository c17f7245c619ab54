// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import com.nimbusds.jose.util.Base64URL;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.storage.BlobStore.ContainerState;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** The XML of lists of containers and of blobs. */
record Listing(BlobStore store, URI account) {

    private static final int LARGEST_PAGE = 5000;

    /** What a list can be asked for. But for metadata, nothing here can have any of it. */
    private static final Set<String> INCLUDED = Set.of(
            "metadata",
            "copy",
            "deleted",
            "deletedwithversions",
            "immutabilitypolicy",
            "legalhold",
            "permissions",
            "snapshots",
            "system",
            "tags",
            "versions");

    String containers(Parameters query) {
        NavigableMap<String, ContainerState> containers = store.containers();
        boolean metadata = included(query).contains("metadata");
        return list("Containers", containers.navigableKeySet(), query, begin(), "", (out, name) -> {
            ContainerState state = containers.get(name);
            if (state != null) {
                container(out, name, state, metadata);
            }
        });
    }

    String blobs(String container, Parameters query) {
        NavigableMap<String, StoredBlob> blobs = store.blobs(container);
        boolean metadata = included(query).contains("metadata");
        Xml xml = begin().attribute("ContainerName", container);
        return list("Blobs", blobs.navigableKeySet(), query, xml, repeated(query, "delimiter"), (out, name) -> {
            StoredBlob blob = blobs.get(name);
            if (blob != null) {
                blob(out, blob, metadata);
            }
        });
    }

    private Xml begin() {
        return new Xml("EnumerationResults").attribute("ServiceEndpoint", account + "/");
    }

    /** Writes the page that was asked for; its marker, opaque to clients, is the first name of it. */
    private static String list(
            String element,
            NavigableSet<String> names,
            Parameters query,
            Xml xml,
            String delimiter,
            BiConsumer<Xml, String> writer) {
        Page page = Page.of(query, delimiter);
        echo(xml, "Prefix", page.prefix());
        echo(xml, "Marker", marker(page.from()));
        query.get("maxresults").ifPresent(given -> xml.text("MaxResults", Integer.toString(page.size())));
        echo(xml, "Delimiter", delimiter);
        xml.start(element);
        String next = writeEntries(names, page, xml, writer);
        return xml.close().text("NextMarker", next).end();
    }

    /**
     * Which part of a list was asked for.
     *
     * @param from the first name that can be on the page; empty for the first page
     * @param size how many entries at most
     */
    private record Page(String prefix, String delimiter, String from, int size) {

        static Page of(Parameters query, String delimiter) {
            String marker = query.get("marker").orElse("");
            String from = new Base64URL(marker).decodeToString();
            String prefix = repeated(query, "prefix");
            if (!marker(from).equals(marker)) {
                throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "marker");
            }
            int size = query.get("maxresults").map(Listing::size).orElse(LARGEST_PAGE);
            return new Page(prefix, delimiter, from, size);
        }

        /** The part of a name up to the first delimiter behind the prefix: a folder, as it were. */
        String commonPrefix(String name) {
            int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
            return end < 0 ? "" : name.substring(0, end + delimiter.length());
        }
    }

    /** @return the marker of the next page; empty if this one is the last */
    private static String writeEntries(NavigableSet<String> names, Page page, Xml xml, BiConsumer<Xml, String> writer) {
        String lastPrefix = "";
        int count = 0;
        for (String name : names.tailSet(page.from(), true)) {
            String common = page.commonPrefix(name);
            boolean isWrittenAlready = !common.isEmpty() && common.equals(lastPrefix);
            if (!name.startsWith(page.prefix()) || isWrittenAlready) {
                continue;
            }
            if (count == page.size()) {
                return marker(name);
            }
            count++;
            lastPrefix = common;
            if (common.isEmpty()) {
                writer.accept(xml, name);
            } else {
                name(xml.start("BlobPrefix"), common).close();
            }
        }
        return "";
    }

    private static String marker(String name) {
        return Base64URL.encode(name).toString();
    }

    private static void echo(Xml xml, String element, String value) {
        if (!value.isEmpty()) {
            xml.text(element, value);
        }
    }

    /** A string that is repeated in the answer. */
    private static String repeated(Parameters query, String name) {
        String value = query.get(name).orElse("");
        if (!Xml.canHold(value)) {
            throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", name);
        }
        return value;
    }

    private static int size(String text) {
        int size;
        try {
            size = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "maxresults");
        }
        if (size < 1) {
            throw StorageError.QUERY_OUT_OF_RANGE.refusal("QueryParameterName", "maxresults");
        }
        return Math.min(size, LARGEST_PAGE);
    }

    /**
     * What a list is to say besides.
     *
     * @throws StorageError.Refusal if that is unknown, or not kept here
     */
    private static Set<String> included(Parameters query) {
        Set<String> wanted = Arrays.stream(query.get("include").orElse("").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        for (String name : wanted) {
            if (name.equals("uncommittedblobs")) {
                throw StorageError.notPlayed("the value " + name + " of the parameter include");
            }
            if (!INCLUDED.contains(name)) {
                throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "include");
            }
        }
        return wanted;
    }

    private static void container(Xml xml, String name, ContainerState state, boolean metadata) {
        xml.start("Container").text("Name", name).start("Properties");
        version(xml, state.version())
                .text("LeaseStatus", "unlocked")
                .text("LeaseState", "available")
                .text("HasImmutabilityPolicy", "false")
                .text("HasLegalHold", "false")
                .close();
        if (metadata) {
            state.metadata().into(xml);
        }
        xml.close();
    }

    private static Xml version(Xml xml, Version version) {
        return xml.text("Last-Modified", Answer.httpDate(version.lastModified()))
                .text("Etag", version.quotedEtag());
    }

    private static void blob(Xml xml, StoredBlob blob, boolean metadata) {
        name(xml.start("Blob"), blob.name()).start("Properties");
        xml.text("Creation-Time", Answer.httpDate(blob.created()))
                .text("Last-Modified", Answer.httpDate(blob.version().lastModified()))
                .text("Etag", blob.version().etag())
                .text("Content-Length", Integer.toString(blob.content().length));
        blob.headers().into(xml);
        xml.text("BlobType", "BlockBlob")
                .text("AccessTier", "Hot")
                .text("AccessTierInferred", "true")
                .text("LeaseStatus", "unlocked")
                .text("LeaseState", "available")
                .text("ServerEncrypted", "true")
                .close();
        if (metadata) {
            blob.metadata().into(xml);
        }
        xml.close();
    }

    /** Azure percent-encodes a name that XML cannot hold, and says so. */
    private static Xml name(Xml xml, String name) {
        if (Xml.canHold(name)) {
            return xml.text("Name", name);
        }
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return xml.start("Name")
                .attribute("Encoded", "true")
                .characters(encoded)
                .close();
    }
}
