package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Finds and reads the files that a user names. */
public final class ManifestFiles {

    /** Standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final Set<String> ENDINGS = Set.of("yaml", "yml", "json");

    // A kustomization says how to make manifests and is none itself.
    private static final Set<String> NOT_MANIFESTS = Set.of("kustomization.yaml", "kustomization.yml", "Kustomization");

    private static final int MAX_BYTES = 16 * 1024 * 1024;

    private ManifestFiles() {}

    record Text(String file, String content) {}

    static List<Text> read(List<String> paths, InputStream standardInput) {
        var texts = new ArrayList<Text>();
        for (String path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                texts.add(new Text(path, content(path, standardInput)));
            } else {
                files(Path.of(path)).forEach(file -> texts.add(new Text(file.toString(), content(file))));
            }
        }
        return texts;
    }

    /**
     * The file itself, or all manifests in the folder and below it, sorted.
     *
     * @throws ManifestException if there is none
     */
    public static List<Path> files(Path path) {
        if (!Files.exists(path)) {
            throw new ManifestException("There is no file or folder " + path);
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.walk(path)) {
            List<Path> found = all.filter(ManifestFiles::isManifest).sorted().toList();
            if (found.isEmpty()) {
                throw new ManifestException("The folder " + path + " contains no *.yaml, *.yml or *.json");
            }
            return found;
        } catch (IOException e) {
            throw new ManifestException("Cannot read the folder " + path + " (" + e.getMessage() + ")");
        }
    }

    private static boolean isManifest(Path file) {
        String name = String.valueOf(file.getFileName());
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
                && !NOT_MANIFESTS.contains(name)
                && Files.isRegularFile(file);
    }

    private static String content(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return content(file.toString(), in);
        } catch (IOException e) {
            throw new ManifestException("Cannot read " + file + " (" + e.getMessage() + ")");
        }
    }

    private static String content(String file, InputStream in) {
        try {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ManifestException(file + ": The file is longer than 16 MiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ManifestException(file + ": The file is not UTF-8");
        } catch (IOException e) {
            throw new ManifestException("Cannot read " + file + " (" + e.getMessage() + ")");
        }
    }
}
