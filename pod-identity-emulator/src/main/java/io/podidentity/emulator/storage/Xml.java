package io.podidentity.emulator.storage;

import java.io.StringWriter;
import java.util.regex.Pattern;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes one XML document, every text escaped. Not thread-safe. */
final class Xml {

    /** Characters that XML 1.0 cannot hold, not even escaped. */
    private static final Pattern IMPOSSIBLE =
            Pattern.compile("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]");

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter out;

    Xml(String root) {
        try {
            out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            out.writeStartDocument("utf-8", "1.0");
            out.writeStartElement(root);
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean canHold(String value) {
        return !IMPOSSIBLE.matcher(value).find();
    }

    Xml attribute(String name, String value) {
        return write(() -> out.writeAttribute(name, value));
    }

    Xml start(String element) {
        return write(() -> out.writeStartElement(element));
    }

    Xml close() {
        return write(out::writeEndElement);
    }

    Xml characters(String value) {
        return write(() -> out.writeCharacters(value));
    }

    Xml text(String element, String value) {
        return write(() -> {
            if (value.isEmpty()) {
                out.writeEmptyElement(element);
            } else {
                out.writeStartElement(element);
                out.writeCharacters(value);
                out.writeEndElement();
            }
        });
    }

    /** Ends the root and with it the document. */
    String end() {
        write(out::writeEndDocument);
        return text.toString();
    }

    private interface Step {
        void run() throws XMLStreamException;
    }

    private Xml write(Step step) {
        try {
            step.run();
            return this;
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
    }
}
