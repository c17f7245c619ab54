package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code podid serve} as metadata service and storage account, over HTTPS with a CA of its own. */
record EmulatorProcess(Process process, String addresses) implements AutoCloseable {

    /**
     * Starts it.
     *
     * @param prefix words before its own, such as those of {@code taskset}
     */
    static EmulatorProcess start(List<String> prefix, Jdk jdk, Path podid) throws IOException {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(jdk.java().toString(), "-jar", podid.toString(), "serve", "--json"));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new IOException("the emulator did not start");
        }
        return new EmulatorProcess(process, line);
    }

    /** The variables by which an app finds the metadata service and the storage account. */
    Map<String, String> environment() throws IOException {
        return Map.of(
                "AZURE_POD_IDENTITY_AUTHORITY_HOST", address("imds"), "DEMO_STORAGE_ENDPOINT", address("storage"));
    }

    /** The options by which a JVM trusts it. */
    List<String> trust() throws IOException {
        return List.of(
                "-Djavax.net.ssl.trustStore=" + address("trustStore"), "-Djavax.net.ssl.trustStorePassword=changeit");
    }

    private String address(String name) throws IOException {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(addresses);
        if (!matcher.find()) {
            throw new IOException("the emulator does not name its " + name);
        }
        return matcher.group(1);
    }

    @Override
    public void close() {
        AppServer.end(process);
    }
}
