package io.podidentity.benchmarks;

import io.podidentity.benchmarks.jmh.JmhSession;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The microbenchmarks, in a process of their own with all jars on its class path. */
final class Hits {
    private final Session session;

    Hits(Session session) {
        this.session = session;
    }

    void measure() throws IOException, InterruptedException {
        session.say("cached tokens");
        session.stub.behave(Behaviour.USUAL);
        Path log = session.folder.resolve("jmh-" + session.jdk.version());
        String length = session.options.quick() ? "quick" : "full";
        Process process = session.withImds(session.classPaths.jars("all"), JmhSession.class, length, log.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(new File(log + ".err")))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the microbenchmarks failed, see " + log + ".err");
        }
        session.figures.addAll("jmh", output);
    }
}
