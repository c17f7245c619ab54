import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.nio.file.Path;

public class User {
    public static void main(String[] args) {
        try (PodIdentityEmulator azure =
                PodIdentityEmulator.builder().manifests(Path.of(args[0])).start()) {
            var provider = AzureServiceTokenProvider.builder()
                    .environment(azure.environment())
                    .build();
            System.out.println(provider.getAuthenticationResult("https://storage.azure.com/").source());
        }
    }
}
