// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Which blocks make a blob, as a client writes it.
 *
 * @param entries in the order of the content
 */
record BlockList(List<Entry> entries) {

    /** As many as Azure takes. */
    private static final int MOST = 50_000;

    private static final Map<String, From> PLACES =
            Map.of("Latest", From.LATEST, "Committed", From.COMMITTED, "Uncommitted", From.UNCOMMITTED);

    /** Where a block is looked for. */
    enum From {
        /** First among those that are not committed yet. */
        LATEST,
        COMMITTED,
        UNCOMMITTED
    }

    record Entry(From from, String id) {}

    /** @throws StorageError.Refusal if it is no such list */
    static BlockList parse(String xml) {
        try {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            // A document of a stranger defines no entities and fetches nothing.
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            return read(factory.createXMLStreamReader(new StringReader(xml.replace("\uFEFF", ""))));
        } catch (XMLStreamException e) {
            throw StorageError.INVALID_XML.refusal();
        }
    }

    private static BlockList read(XMLStreamReader xml) throws XMLStreamException {
        xml.nextTag();
        if (!xml.getLocalName().equals("BlockList")) {
            throw StorageError.INVALID_XML.refusal();
        }
        var entries = new ArrayList<Entry>();
        while (xml.nextTag() == XMLStreamConstants.START_ELEMENT) {
            From from = PLACES.get(xml.getLocalName());
            if (from == null) {
                throw StorageError.INVALID_BLOCK_LIST.refusal();
            }
            entries.add(new Entry(from, xml.getElementText().strip()));
            if (entries.size() > MOST) {
                throw StorageError.BLOCK_LIST_TOO_LONG.refusal();
            }
        }
        return new BlockList(entries);
    }
}
