package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.AppServer;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time from the demo's {@code java} command until it is ready, which is what the restart of a pod costs: as one
 * jar, extracted, and with what an earlier run left for the JVM (an archive of classes; since JDK 25 also method
 * profiles).
 */
final class DemoStart {
    private static final int WHOLE_ARCHIVE_SINCE = 21;
    private static final int AOT_CACHE_SINCE = 25;
    private static final String EXIT = "-Dspring.context.exit=onRefresh";

    private final Session session;
    private final Path folder;

    DemoStart(Session session) throws IOException {
        this.session = session;
        this.folder = Files.createDirectories(session.folder.resolve("demo-" + session.jdk.feature()));
    }

    void measure() throws IOException, InterruptedException {
        Path jar = jar();
        if (jar == null) {
            session.say("demo-app has no jar yet: leaving out its start");
            return;
        }
        session.stub.behave(Behaviour.USUAL);
        List<Form> forms = forms(jar);
        for (int round = 0; round <= rounds(); round++) {
            for (Form form : forms) {
                session.say("demo, " + form.name + ", round " + round);
                try (AppServer server = start(form.words)) {
                    if (round > 0) {
                        session.figures.add("demo." + form.name + ".ready ms", server.readyMillis());
                        session.figures.add("demo." + form.name + ".cpu ms", server.cpuMillis());
                        session.figures.add("demo." + form.name + ".resident MB", server.residentMegabytes());
                    }
                }
            }
        }
    }

    private int rounds() {
        return session.options.quick() ? 2 : 9;
    }

    /** A way to start it. */
    private record Form(String name, List<String> words) {}

    private List<Form> forms(Path jar) throws IOException, InterruptedException {
        Path extracted = folder.resolve("app");
        run(List.of("-Djarmode=tools", "-jar", jar.toString(), "extract", "--force", "--destination", extracted + ""));
        String app = extracted.resolve(jar.getFileName()).toString();
        List<Form> forms = new ArrayList<>();
        forms.add(new Form("one jar", List.of("-jar", jar.toString())));
        forms.add(new Form("extracted", List.of("-jar", app)));
        if (session.options.quick()) {
            return forms;
        }
        String archive = "-XX:SharedArchiveFile=" + archive(app);
        forms.add(new Form("extracted, AppCDS", List.of(archive, "-jar", app)));
        forms.add(new Form("extracted, AppCDS, C1 alone", List.of(archive, "-XX:TieredStopAtLevel=1", "-jar", app)));
        if (session.jdk.feature() >= AOT_CACHE_SINCE) {
            String cache = folder.resolve("app.aot").toString();
            run(List.of("-XX:AOTCacheOutput=" + cache, EXIT, "-jar", app));
            forms.add(new Form("extracted, AOT cache", List.of("-XX:AOTCache=" + cache, "-jar", app)));
        }
        return forms;
    }

    /** An archive of the classes of one start. */
    private Path archive(String app) throws IOException, InterruptedException {
        Path archive = folder.resolve("app.jsa");
        Files.deleteIfExists(archive);
        if (session.jdk.feature() >= WHOLE_ARCHIVE_SINCE) {
            run(List.of("-XX:ArchiveClassesAtExit=" + archive, EXIT, "-jar", app));
            return archive;
        }
        // JDK 17.0.21 crashes when it archives this app's lambdas at exit (docs/decisions/0014), so leave them out.
        Path list = folder.resolve("app.classlist");
        run(List.of("-XX:DumpLoadedClassList=" + list, EXIT, "-jar", app));
        List<String> classes = new ArrayList<>(Files.readAllLines(list));
        classes.removeIf(line -> line.startsWith("@lambda-proxy"));
        Files.write(list, classes);
        run(List.of("-Xshare:dump", "-XX:SharedClassListFile=" + list, "-XX:SharedArchiveFile=" + archive, "-cp", app));
        return archive;
    }

    private @Nullable Path jar() throws IOException {
        Path target = session.classPaths.module().resolveSibling("demo-app").resolve("target");
        if (!Files.isDirectory(target)) {
            return null;
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "demo-app-*.jar")) {
            for (Path jar : jars) {
                return jar;
            }
        }
        return null;
    }

    private AppServer start(List<String> words) throws IOException, InterruptedException {
        return AppServer.start(builder(words), "/actuator/health/readiness");
    }

    private void run(List<String> words) throws IOException, InterruptedException {
        int exitCode = builder(words).start().waitFor();
        if (exitCode != 0) {
            throw new IOException("java " + String.join(" ", words) + " ended with " + exitCode);
        }
    }

    private ProcessBuilder builder(List<String> words) {
        List<String> command = new ArrayList<>();
        command.add(session.jdk.java().toString());
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", session.stub.url());
        builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("demo.log").toFile());
        return builder;
    }
}
