package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.Jdk;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ways to start the demo and the app that it is compared with: as one jar, as Spring Boot documents it for a fast
 * start (extracted, with an AOT cache of one start), and the demo as its Dockerfile ships it.
 */
final class AppForms {
    private static final int AOT_CACHE_SINCE = 25;

    /** What the JVM sees in a pod of the demo's manifests; it takes the rest of its settings from that. */
    private static final List<String> POD = List.of("-XX:MaxRAM=384m", "-XX:ActiveProcessorCount=1");

    private final Jdk jdk;
    private final Path repository;
    private final Path folder;
    private final @Nullable Path demo;
    private final @Nullable Path peer;

    AppForms(Jdk jdk, Path repository, Path folder) throws IOException {
        this.jdk = jdk;
        this.repository = repository;
        this.folder = Files.createDirectories(folder);
        this.demo = jar("demo-app", "demo-app-*.jar");
        this.peer = jar("benchmarks/peer-app", "peer-app-*.jar");
    }

    /**
     * A way to start one of the apps.
     *
     * @param words what follows {@code java}
     */
    record Form(String name, List<String> words) {}

    boolean areBuilt() {
        return demo != null && peer != null && Files.isRegularFile(podid());
    }

    Path podid() {
        return repository.resolve("podid/target/podid.jar");
    }

    /** Makes what the forms need, which takes a minute on a JDK with AOT caches. */
    List<Form> make(Consumer<String> progress) throws IOException, InterruptedException {
        List<Form> forms = new ArrayList<>();
        forms.add(new Form("peer, jar", words(List.of(), String.valueOf(peer))));
        forms.add(new Form("demo, jar", words(List.of(), String.valueOf(demo))));
        if (jdk.feature() < AOT_CACHE_SINCE) {
            return forms;
        }
        progress.accept("apps, making AOT caches");
        forms.add(ofOneStart("peer", String.valueOf(peer)));
        forms.add(ofOneStart("demo", String.valueOf(demo)));
        forms.add(shipped());
        return forms;
    }

    private Form ofOneStart(String name, String jar) throws IOException, InterruptedException {
        String app = extract(jar, folder.resolve(name)) + "";
        String cache = folder.resolve(name + ".aot").toString();
        java(words(List.of("-XX:AOTCacheOutput=" + cache, "-Dspring.context.exit=onRefresh"), app));
        return new Form(name + ", AOT cache", words(List.of("-XX:AOTCache=" + cache), app));
    }

    /** The steps and options of the Dockerfile. */
    private Form shipped() throws IOException, InterruptedException {
        Path programs = repository.resolve("demo-app/src/image");
        Path app = extract(String.valueOf(demo), folder.resolve("shipped"));
        java(List.of(
                programs.resolve("Unsign.java").toString(),
                app.resolveSibling("lib").toString()));
        String cache = folder.resolve("shipped.aot").toString();
        List<String> train = new ArrayList<>(List.of(
                "-cp", podid().toString(), programs.resolve("Train.java").toString(), jdk.java() + ""));
        train.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:AOTCacheOutput=" + cache, "-jar"));
        train.add(app.toString());
        java(train);
        List<String> options =
                List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=40", "-Xmn16m", "-XX:AOTCache=" + cache);
        return new Form("demo, as shipped", words(options, app.toString()));
    }

    private Path extract(String jar, Path to) throws IOException, InterruptedException {
        java(List.of("-Djarmode=tools", "-jar", jar, "extract", "--force", "--destination", to.toString()));
        return to.resolve(Path.of(jar).getFileName());
    }

    private static List<String> words(List<String> options, String jar) {
        List<String> words = new ArrayList<>(POD);
        words.addAll(options);
        words.addAll(List.of("-jar", jar));
        return words;
    }

    private void java(List<String> words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(words);
        command.add(0, jdk.java().toString());
        File log = folder.resolve("making.log").toFile();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // No request is sent there: the storage client is only created.
        builder.environment().put("DEMO_STORAGE_ENDPOINT", "https://localhost/account");
        int exitCode = builder.redirectOutput(log).start().waitFor();
        if (exitCode != 0) {
            throw new IOException("java " + String.join(" ", words) + " ended with " + exitCode + ", see " + log);
        }
    }

    private @Nullable Path jar(String module, String name) throws IOException {
        Path target = repository.resolve(module).resolve("target");
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, name)) {
                for (Path jar : jars) {
                    return jar;
                }
            }
        }
        return null;
    }
}
