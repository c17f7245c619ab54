package io.podidentity.emulator.storage;

import com.nimbusds.jose.util.Base64URL;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.storage.BlobStore.StoredBlob;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.function.BiConsumer;

/** The XML of lists of containers and of blobs. */
record Listing(BlobStore store, URI account) {

    private static final int LARGEST_PAGE = 5000;

    String containers(Parameters query) {
        return list("Containers", store.containers(), query, begin(), "", this::container);
    }

    String blobs(String container, Parameters query) {
        NavigableMap<String, StoredBlob> blobs = store.blobs(container);
        Xml xml = begin().attribute("ContainerName", container);
        return list("Blobs", blobs.navigableKeySet(), query, xml, repeated(query, "delimiter"), (out, name) -> {
            StoredBlob blob = blobs.get(name);
            if (blob != null) {
                blob(out, blob);
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
        String prefix = repeated(query, "prefix");
        String marker = query.get("marker").orElse("");
        String from = new Base64URL(marker).decodeToString();
        if (!marker(from).equals(marker)) {
            throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "marker");
        }
        int size = query.get("maxresults").map(Listing::size).orElse(LARGEST_PAGE);
        echo(xml, "Prefix", prefix);
        echo(xml, "Marker", marker);
        query.get("maxresults").ifPresent(given -> xml.text("MaxResults", Integer.toString(size)));
        echo(xml, "Delimiter", delimiter);
        xml.start(element);
        String next = "";
        String lastPrefix = "";
        int count = 0;
        for (String name : names.tailSet(from, true)) {
            String common = commonPrefix(name, prefix, delimiter);
            if (!name.startsWith(prefix) || (!common.isEmpty() && common.equals(lastPrefix))) {
                continue;
            }
            if (count++ == size) {
                next = marker(name);
                break;
            }
            lastPrefix = common;
            if (common.isEmpty()) {
                writer.accept(xml, name);
            } else {
                name(xml.start("BlobPrefix"), common).close();
            }
        }
        return xml.close().text("NextMarker", next).end();
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

    /** The part of a name up to the first delimiter behind the prefix: a folder, as it were. */
    private static String commonPrefix(String name, String prefix, String delimiter) {
        int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
        return end < 0 ? "" : name.substring(0, end + delimiter.length());
    }

    private void container(Xml xml, String name) {
        xml.start("Container").text("Name", name).start("Properties");
        xml.text("Last-Modified", Answer.httpDate(store.lastModified()))
                .text("Etag", "\"" + containerEtag() + "\"")
                .text("LeaseStatus", "unlocked")
                .text("LeaseState", "available")
                .text("HasImmutabilityPolicy", "false")
                .text("HasLegalHold", "false");
        xml.close().close();
    }

    String containerEtag() {
        return "0x8D" + Long.toHexString(store.lastModified().getEpochSecond()).toUpperCase(Locale.ROOT);
    }

    private static void blob(Xml xml, StoredBlob blob) {
        name(xml.start("Blob"), blob.name()).start("Properties");
        xml.text("Creation-Time", Answer.httpDate(blob.lastModified()))
                .text("Last-Modified", Answer.httpDate(blob.lastModified()))
                .text("Etag", blob.etag())
                .text("Content-Length", Integer.toString(blob.content().length))
                .text("Content-Type", blob.contentType())
                .text("Content-MD5", blob.contentMd5())
                .text("BlobType", "BlockBlob")
                .text("AccessTier", "Hot")
                .text("AccessTierInferred", "true")
                .text("LeaseStatus", "unlocked")
                .text("LeaseState", "available")
                .text("ServerEncrypted", "true");
        xml.close().close();
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
