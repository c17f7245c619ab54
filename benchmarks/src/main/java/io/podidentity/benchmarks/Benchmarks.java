package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.ClassPaths;
import io.podidentity.benchmarks.process.Jdk;
import io.podidentity.benchmarks.report.Report;
import io.podidentity.benchmarks.stub.StubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Measures all, prints it and writes it to {@code results/}. {@link Options} says what can be asked for. */
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(String[] args) throws Exception {
        Options options = Options.of(args);
        ClassPaths classPaths = ClassPaths.ofBuild();
        Path folder = Files.createDirectories(classPaths.module().resolve("target/run"));
        Path results = Files.createDirectories(classPaths.module().resolve("results"));
        try (StubProcess stub = StubProcess.start(Jdk.own(), classPaths.of(ClassPaths.NONE))) {
            for (Jdk jdk : options.jdks()) {
                String head = Machine.describe(jdk, options.quick(), classPaths.of("all"));
                try (Session session = new Session(jdk, options, stub.control(), classPaths, folder)) {
                    try {
                        measure(session);
                    } finally {
                        write(results, head, session);
                    }
                }
            }
        }
    }

    /** All that was measured, even if something failed. */
    private static void write(Path results, String head, Session session) throws IOException {
        String report = Report.of(head, session.figures);
        System.out.println(report);
        String name = LocalDate.now(ZoneOffset.UTC) + "-" + session.jdk.version()
                + (session.options.quick() ? "-quick" : "") + ".md";
        Files.writeString(results.resolve(name), report);
    }

    private static void measure(Session session) throws Exception {
        Options options = session.options;
        if (options.has("processes")) {
            new FirstTokens(session).measure();
        }
        if (options.has("nothing")) {
            new NothingThere(session).measure();
        }
        if (options.has("load")) {
            new Loads(session).measure();
        }
        if (options.has("demo")) {
            new DemoStart(session).measure();
        }
        if (options.has("jmh")) {
            new Hits(session).measure();
        }
    }
}
