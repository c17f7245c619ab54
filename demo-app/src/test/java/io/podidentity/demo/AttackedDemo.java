// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.tls.CertificateAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** One demo for all attacks, whose storage account says whatever an attack wants. */
final class AttackedDemo {
    static final PodIdentityEmulator AZURE = PodIdentityEmulator.builder().start();

    private static final AtomicReference<Endpoint> STORAGE = new AtomicReference<>();
    private static final LoopbackServer ACCOUNT = LoopbackServer.bind(
            "storage", 0, CertificateAuthority.ofThisJvm().serverContext(), (server, request, answer) -> {});
    private static final DemoProcess DEMO = start();

    private AttackedDemo() {}

    private static DemoProcess start() {
        ACCOUNT.serve(request -> STORAGE.get().answer(request));
        storageLists("hello.txt");
        Map<String, Object> settings = new EmulatedAzure(AZURE).trusted();
        settings.put("demo.storage.endpoint", ACCOUNT.uri("localhost") + "/account");
        try {
            DemoProcess demo = DemoProcess.start(settings);
            Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "end of the demo"));
            return demo;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DemoProcess demo() {
        return DEMO;
    }

    /** From now on the storage account answers this. */
    static void storage(Endpoint endpoint) {
        STORAGE.set(endpoint);
    }

    /** From now on it has these blobs, each with a text as its content. */
    static void storageLists(String... names) {
        storage(request -> request.query().get("comp").isPresent()
                ? Answer.text(200, "application/xml", list(names))
                : blob("text/plain", "Hello".getBytes(UTF_8), 5));
    }

    /** The beginning of a blob of some bytes, for a request for it or for its properties. */
    static Answer blob(String type, byte[] beginning, int size) {
        return Answer.bytes(200, beginning)
                .with("Content-Type", type)
                .with("Content-Range", "bytes 0-" + (beginning.length - 1) + "/" + size)
                .with("ETag", "\"0x1\"")
                .with("x-ms-blob-type", "BlockBlob");
    }

    private static String list(String... names) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>");
        for (String name : names) {
            xml.append("<Blob><Name>")
                    .append(name.replace("&", "&amp;").replace("<", "&lt;"))
                    .append("</Name><Properties><Content-Length>5</Content-Length>")
                    .append("<Content-Type>text/plain</Content-Type></Properties></Blob>");
        }
        return xml.append("</Blobs><NextMarker/></EnumerationResults>").toString();
    }

    static String text(byte[] body) {
        return new String(body, UTF_8);
    }
}
