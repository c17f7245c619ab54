// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ways to start the peer's application and the demo: as one jar, the peer's with each credential; as Spring Boot
 * documents it for a fast start (its beans made ahead of time, extracted, with an AOT cache of one start); and the demo
 * as its tuned Dockerfile makes it.
 */
final class AppForms {
    private static final int AOT_CACHE_SINCE = 25;
    private static final List<String> CREDENTIALS = List.of("azure-identity", "library", "starter");
    private static final String DEMO = "demo";

    /** What the JVM sees in a pod of the demo's manifests; it takes the rest of its settings from that. */
    private static final List<String> POD = List.of("-XX:MaxRAM=384m", "-XX:ActiveProcessorCount=1");

    /** The demo's beans, as they were made, are of an application with such a port; the peer does not look at it. */
    private static final String ANY_MANAGEMENT_PORT = "-Dmanagement.server.port=0";

    private static final List<String> AHEAD_OF_TIME = List.of("-Dspring.aot.enabled=true", ANY_MANAGEMENT_PORT);

    private final Jdk jdk;
    private final Path repository;
    private final Path folder;
    private final Map<String, Path> jars = new LinkedHashMap<>();

    AppForms(Jdk jdk, Path repository, Path folder) throws IOException {
        this.jdk = jdk;
        this.repository = repository;
        this.folder = Files.createDirectories(folder);
        for (String credential : CREDENTIALS) {
            find(credential, "benchmarks/peer-app", "peer-app-*-" + credential + ".jar");
        }
        find(DEMO, "demo-app", "demo-app-*.jar");
    }

    /**
     * A way to start one of the apps.
     *
     * @param row its scenario and name in the tables
     * @param java the Java that runs it
     * @param words what follows {@code java}
     */
    record Form(String row, Path java, List<String> words) {}

    boolean areBuilt() {
        return jars.size() == CREDENTIALS.size() + 1 && Files.isRegularFile(podid());
    }

    Path podid() {
        return repository.resolve("podid/cli/target/podid.jar");
    }

    /** The form that needs no preparation: {@code java -jar}. */
    List<Form> plain() {
        List<Form> forms = new ArrayList<>();
        jars.forEach((name, jar) ->
                forms.add(new Form("credentials." + name, jdk.java(), words(List.of(), jar.toString()))));
        return forms;
    }

    /** All forms. Makes what they need, which takes a minute on a JDK with AOT caches. */
    List<Form> make(Consumer<String> progress) throws IOException, InterruptedException {
        List<Form> forms = plain();
        if (jdk.feature() < AOT_CACHE_SINCE) {
            return forms;
        }
        progress.accept("apps, making AOT caches");
        forms.add(aheadOfTime(CREDENTIALS.get(0)));
        forms.add(aheadOfTime(DEMO));
        forms.add(tuned());
        return forms;
    }

    private Form aheadOfTime(String name) throws IOException, InterruptedException {
        String app = extract(jar(name), folder.resolve(name)) + "";
        String cache = folder.resolve(name + ".aot").toString();
        java(words(options(AHEAD_OF_TIME, "-XX:AOTCacheOutput=" + cache, "-Dspring.context.exit=onRefresh"), app));
        return new Form(
                "apps." + name + ", ahead of time",
                jdk.java(),
                words(options(AHEAD_OF_TIME, "-XX:AOTCache=" + cache), app));
    }

    /** What the tuned Dockerfile does and runs, but for its paths. */
    private Form tuned() throws IOException, InterruptedException {
        Dockerfile dockerfile = Dockerfile.read(repository.resolve("demo-app/src/image/Dockerfile"));
        Path programs = repository.resolve("demo-app/src/image");
        Path runtime = folder.resolve("java");
        run(replaced(
                dockerfile.words("RUN", "jlink"),
                Map.of("jlink", jdk.home().resolve("bin/jlink"), "/opt/java", runtime)));
        Path java = runtime.resolve("bin/java");
        run(replaced(dockerfile.words("RUN", "-Xshare:dump"), Map.of("/opt/java/bin/java", java)));
        Path shipped = folder.resolve("shipped");
        Path app = extract(jar(DEMO), shipped);
        java(List.of(programs.resolve("Strip.java").toString(), shipped.toString()));
        Path cache = folder.resolve("shipped.aot");
        List<String> training = dockerfile.words("RUN", "Train");
        int demoJava = training.lastIndexOf("java");
        List<String> train = new ArrayList<>(List.of(
                "-cp", podid().toString(), programs.resolve("Train.java").toString(), java.toString()));
        train.addAll(replaced(
                training.subList(demoJava + 1, training.size()),
                Map.of("-XX:AOTCacheOutput=/tmp/demo-app.aot", "-XX:AOTCacheOutput=" + cache, "demo-app.jar", app)));
        java(train);
        List<String> started = dockerfile.words("ENTRYPOINT", "-XX:AOTCache=/app/demo-app.aot");
        List<String> options = new ArrayList<>(replaced(
                started.subList(1, started.size() - 2),
                Map.of("-XX:AOTCache=/app/demo-app.aot", "-XX:AOTCache=" + cache)));
        options.add(ANY_MANAGEMENT_PORT);
        return new Form("apps.demo, tuned image", java, words(options, app.toString()));
    }

    private static List<String> replaced(List<String> words, Map<String, Object> replacements) {
        return words.stream()
                .map(word -> String.valueOf(replacements.getOrDefault(word, word)))
                .toList();
    }

    private static List<String> options(List<String> common, String... more) {
        List<String> options = new ArrayList<>(common);
        options.addAll(List.of(more));
        return options;
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
        run(options(List.of(jdk.java().toString()), words.toArray(String[]::new)));
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        File log = folder.resolve("making.log").toFile();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // No request is sent there: the storage client is only created.
        builder.environment().put("DEMO_STORAGE_ENDPOINT", "https://localhost/account");
        int exitCode = builder.redirectOutput(log).start().waitFor();
        if (exitCode != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + exitCode + ", see " + log);
        }
    }

    private String jar(String name) {
        return Objects.requireNonNull(jars.get(name)).toString();
    }

    private void find(String name, String module, String pattern) throws IOException {
        Path target = repository.resolve(module).resolve("target");
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(target, pattern)) {
                found.forEach(jar -> jars.put(name, jar));
            }
        }
    }

    /** The commands of a Dockerfile, so that what is measured is what it ships. */
    record Dockerfile(String text) {
        private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");

        /** Reads one; lines that end with a back-slash go on in the next. */
        static Dockerfile read(Path file) throws IOException {
            return new Dockerfile(Files.readString(file).replaceAll("\\\\\\R\\s*", ""));
        }

        /**
         * The words of the last instruction of this kind, in its form as a list, that has a word.
         *
         * @param instruction {@code RUN} or {@code ENTRYPOINT}
         * @throws IllegalArgumentException if there is none
         */
        List<String> words(String instruction, String word) {
            List<String> last = List.of();
            Matcher lines =
                    Pattern.compile("(?m)^" + instruction + " \\[(.*)]$").matcher(text);
            while (lines.find()) {
                List<String> words = WORD.matcher(lines.group(1))
                        .results()
                        .map(found -> found.group(1))
                        .toList();
                if (words.contains(word)) {
                    last = words;
                }
            }
            if (last.isEmpty()) {
                throw new IllegalArgumentException("The Dockerfile has no " + instruction + " with " + word);
            }
            return last;
        }
    }
}
