package io.podidentity.emulator.plan;

import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.storage.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;

/** The defaults of everything that was not specified. */
final class Defaults {

    static final String TENANT_ID = "10000000-0000-4000-8000-000000000001";
    static final ManagedIdentity IDENTITY = new ManagedIdentity(
            "podid-identity", "20000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000002");
    /**
     * As AKS makes one for each cluster, so that the nodes can pull images; every pod that reaches IMDS can have it.
     */
    static final ManagedIdentity KUBELET_IDENTITY = new ManagedIdentity(
            "podid-agentpool", "20000000-0000-4000-8000-000000000003", "20000000-0000-4000-8000-000000000004");

    static final String APPLICATION_CLIENT_ID = "30000000-0000-4000-8000-000000000001";
    static final String APPLICATION_OBJECT_ID = "30000000-0000-4000-8000-000000000002";
    static final User USER = new User("developer@podid.example", "40000000-0000-4000-8000-000000000002");

    private static final String SAMPLES_FOLDER = "/io/podidentity/emulator/samples/";
    private static final List<Sample> SAMPLES = List.of(
            new Sample("hello.txt", "text/plain; charset=utf-8"),
            new Sample("elements.csv", "text/csv"),
            new Sample("blue.png", "image/png"));

    private record Sample(String name, String contentType) {}

    private Defaults() {}

    /** @param secret for a new one each time, see {@link RegisteredSecret#newValue()} */
    static Application application(String secret) {
        return new Application(APPLICATION_CLIENT_ID, APPLICATION_OBJECT_ID, secret);
    }

    static List<Consumer<BlobStore>> samples() {
        return SAMPLES.stream()
                .<Consumer<BlobStore>>map(sample ->
                        store -> store.put("samples", sample.name(), sample.contentType(), content(sample.name())))
                .toList();
    }

    private static byte[] content(String name) {
        try (InputStream in = Defaults.class.getResourceAsStream(SAMPLES_FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + SAMPLES_FOLDER + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
