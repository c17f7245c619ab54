package io.podidentity.emulator.apiserver;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What kubectl reads to reach the API server: a context for each user, the administrator's is the current one. */
public final class Kubeconfig {

    private Kubeconfig() {}

    /**
     * The text of the file. It holds the users' tokens.
     *
     * @param certificateAuthority PEM
     */
    public static String of(URI server, String certificateAuthority, ApiUsers users) {
        var text = new StringBuilder("""
                apiVersion: v1
                kind: Config
                current-context: %s
                clusters:
                - name: podid
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                """.formatted(ApiUsers.ADMIN, server, base64(certificateAuthority)));
        users.tokens()
                .forEach((name, token) ->
                        text.append("- name: %s%n  user:%n    token: %s%n".formatted(quoted(name), token)));
        text.append("contexts:\n");
        users.tokens().keySet().forEach(name -> text.append("""
                - name: %1$s
                  context:
                    cluster: podid
                    user: %1$s
                """.formatted(quoted(name))));
        return text.toString();
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
