package io.podidentity.emulator.storage;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes one XML document, every text escaped. Not thread-safe. */
final class Xml {

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
