import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * Removes the signatures from the jars in a folder, whose classes are not changed. The JVM keeps no class of a signed
 * jar in an AOT cache, and Microsoft signs the Azure SDK's; Maven has checked the jars' checksums when it fetched them.
 */
final class Unsign {
    private Unsign() {}

    public static void main(String[] folder) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(folder[0]), "*.jar")) {
            for (Path jar : jars) {
                FileTime time = Files.getLastModifiedTime(jar);
                try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of());
                        DirectoryStream<Path> signatures =
                                Files.newDirectoryStream(zip.getPath("META-INF"), "*.{SF,RSA,EC,DSA}")) {
                    for (Path signature : signatures) {
                        Files.delete(signature);
                    }
                }
                Files.setLastModifiedTime(jar, time);
            }
        }
    }
}
