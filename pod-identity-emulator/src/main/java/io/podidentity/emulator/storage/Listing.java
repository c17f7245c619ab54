package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Parameters;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.NavigableMap;

/** The XML of lists of containers and of blobs. */
record Listing(BlobStore store, URI account) {

    String containers(Parameters query) {
        Page page = Page.of(query);
        Xml xml = echo(begin(), page).start("Containers");
        String next = "";
        int count = 0;
        for (String name : store.containers().tailSet(page.from())) {
            if (name.startsWith(page.prefix())) {
                if (count++ == page.size()) {
                    next = Page.marker(name);
                    break;
                }
                xml.start("Container").text("Name", name).start("Properties");
                xml.text("Last-Modified", StoredBlob.httpDate(store.lastModified()))
                        .text("Etag", "\"" + containerEtag() + "\"")
                        .text("LeaseStatus", "unlocked")
                        .text("LeaseState", "available")
                        .text("HasImmutabilityPolicy", "false")
                        .text("HasLegalHold", "false");
                xml.close().close();
            }
        }
        return xml.close().text("NextMarker", next).end();
    }

    String containerEtag() {
        return "0x8D" + Long.toHexString(store.lastModified().getEpochSecond()).toUpperCase(Locale.ROOT);
    }

    String blobs(String container, Parameters query) {
        NavigableMap<String, StoredBlob> blobs = store.blobs(container);
        Page page = Page.of(query);
        String delimiter = Page.text(query, "delimiter");
        Xml xml = echo(begin().attribute("ContainerName", container), page);
        if (!delimiter.isEmpty()) {
            xml.text("Delimiter", delimiter);
        }
        xml.start("Blobs");
        String next = "";
        String lastPrefix = "";
        int count = 0;
        for (StoredBlob blob : blobs.tailMap(page.from(), true).values()) {
            if (blob.name().startsWith(page.prefix())) {
                String common = commonPrefix(blob.name(), page.prefix(), delimiter);
                if (!common.isEmpty() && common.equals(lastPrefix)) {
                    continue;
                }
                if (count++ == page.size()) {
                    next = Page.marker(blob.name());
                    break;
                }
                lastPrefix = common;
                if (common.isEmpty()) {
                    blob(xml, blob);
                } else {
                    name(xml.start("BlobPrefix"), common).close();
                }
            }
        }
        return xml.close().text("NextMarker", next).end();
    }

    private Xml begin() {
        return new Xml("EnumerationResults").attribute("ServiceEndpoint", account + "/");
    }

    private static Xml echo(Xml xml, Page page) {
        if (!page.prefix().isEmpty()) {
            xml.text("Prefix", page.prefix());
        }
        if (!page.marker().isEmpty()) {
            xml.text("Marker", page.marker());
        }
        return page.sizeGiven() ? xml.text("MaxResults", Integer.toString(page.size())) : xml;
    }

    /** The part of a name up to the first delimiter behind the prefix: a folder, as it were. */
    private static String commonPrefix(String name, String prefix, String delimiter) {
        int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
        return end < 0 ? "" : name.substring(0, end + delimiter.length());
    }

    private static void blob(Xml xml, StoredBlob blob) {
        name(xml.start("Blob"), blob.name()).start("Properties");
        xml.text("Creation-Time", StoredBlob.httpDate(blob.lastModified()))
                .text("Last-Modified", StoredBlob.httpDate(blob.lastModified()))
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
