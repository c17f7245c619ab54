package io.podidentity.benchmarks;

import io.podidentity.benchmarks.jmh.JmhSession;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The microbenchmarks, in a process of their own with all jars on its class path. */
final class Hits {
    private final Session session;

    Hits(Session session) {
        this.session = session;
    }

    void measure() throws IOException, InterruptedException {
        session.say("cached tokens");
        session.stub.behave(Behaviour.USUAL);
        ProcessBuilder builder = new ProcessBuilder(
                session.jdk.java().toString(),
                "-cp",
                session.classPaths.of("all"),
                JmhSession.class.getName(),
                session.options.quick() ? "quick" : "full",
                session.folder.resolve("jmh-" + session.jdk.version()).toString());
        builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", session.stub.url());
        builder.redirectError(ProcessBuilder.Redirect.appendTo(
                session.folder.resolve("jmh.log").toFile()));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the microbenchmarks failed, see " + session.folder);
        }
        session.figures.addAll("jmh", output);
    }
}
