package io.podidentity.benchmarks.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Runs programs one after another and takes from the kernel what each cost.
 *
 * <p>It is a small Python program in a process of its own (see {@code launch.py} for why), inside the network that its
 * programs are to see. Networks of one's own need Linux, and the right to make them.
 */
public final class Launcher implements AutoCloseable {
    private static final String FIELD = "\u001f";
    private static final String PYTHON = "/usr/bin/python3";

    private final Process process;
    private final BufferedReader answers;
    private final OutputStream requests;
    private final Path log;

    private Launcher(Process process, Path log) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.US_ASCII);
        this.requests = process.getOutputStream();
        this.log = log;
    }

    /**
     * Starts one.
     *
     * @param folder where its scripts and its log go
     */
    public static Launcher in(Network network, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path log = folder.resolve(network.key + ".log");
        List<String> command = new ArrayList<>();
        if (network != Network.OPEN) {
            command.addAll(List.of("unshare", "--net", "--mount", "/bin/sh"));
            command.add(script("network.sh", folder).toString());
            command.add(network.key);
        }
        command.add(PYTHON);
        command.add(script("launch.py", folder).toString());
        command.add(log.toString());
        if (network == Network.SILENT) {
            command.add("169.254.169.254");
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return new Launcher(builder.start(), log);
    }

    /** Whether this user may make a network of its own here. */
    public static boolean canMakeNetworks() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("unshare", "--net", "--mount", "ip", "link", "set", "lo", "up")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes a script of this package into a folder. */
    public static Path script(String name, Path folder) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream script = Launcher.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IOException(name + " is not among the resources");
            }
            Files.write(file, script.readAllBytes());
        }
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
        return file;
    }

    /**
     * Runs a program to its end.
     *
     * @throws IOException if it does not end with status 0
     */
    public Run run(Command command) throws IOException {
        Run run = runAnyhow(command);
        if (run.exitCode() != 0) {
            throw new IOException(command.mainClass().getName() + " ended with " + run.exitCode() + ", see " + log);
        }
        return run;
    }

    private Run runAnyhow(Command command) throws IOException {
        StringBuilder request = new StringBuilder();
        for (Map.Entry<String, String> variable : command.environment().entrySet()) {
            request.append(variable.getKey())
                    .append('=')
                    .append(variable.getValue())
                    .append(FIELD);
        }
        for (String word : command.words()) {
            request.append(FIELD).append(word);
        }
        requests.write(request.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        requests.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the launcher is gone, see " + log);
        }
        String[] fields = answer.split(" ", -1);
        String output =
                fields[4].equals("-") ? "" : new String(HexFormat.of().parseHex(fields[4]), StandardCharsets.UTF_8);
        return new Run(
                Long.parseLong(fields[0]) / 1e6,
                Long.parseLong(fields[1]) / 1e3,
                Long.parseLong(fields[2]) / 1024.0,
                Integer.parseInt(fields[3]),
                output.strip());
    }

    @Override
    public void close() throws IOException {
        requests.close();
        process.destroy();
    }
}
