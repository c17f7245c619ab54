package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files to check: those of a folder that are no manifests are left out, and it says which. */
final class CheckedInput {

    private final List<String> files = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final byte[] standardInput;

    /** @throws ManifestException if nothing is left */
    CheckedInput(List<String> paths, InputStream standardInput) throws IOException {
        this.standardInput = paths.contains(ManifestFiles.STANDARD_INPUT) ? standardInput.readAllBytes() : new byte[0];
        for (String path : paths) {
            if (path.equals(ManifestFiles.STANDARD_INPUT) || !Files.isDirectory(Path.of(path))) {
                files.add(path);
            } else {
                ManifestFiles.files(Path.of(path)).forEach(this::addIfManifest);
            }
        }
        if (files.isEmpty()) {
            throw new ManifestException("There is no manifest to check. " + String.join("\n", notes));
        }
    }

    private void addIfManifest(Path file) {
        try {
            new ManifestReader(Profile.V1_5_4).read(List.of(file.toString()), InputStream.nullInputStream());
            files.add(file.toString());
        } catch (ManifestException e) {
            notes.add("left out: " + e.getMessage());
        }
    }

    /** What was left out, and why. */
    List<String> notes() {
        return notes;
    }

    /** @throws ManifestException if they cannot be used */
    Manifests read(Profile profile) {
        return new ManifestReader(profile).read(files, new ByteArrayInputStream(standardInput));
    }
}
