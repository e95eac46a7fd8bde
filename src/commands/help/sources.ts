/** `gemini help sources`: what -a, --image and their like may name. */
export function sources(): string {
  return `-a SOURCE (and -i, -f) is media of any kind; --image, --audio, --video and --document also say which kind it must be.
Parts go out in the order typed. The type comes from the content, then from the name.

  photo.jpg            a file
  'shots/*.png'        a pattern, quoted or not: its files by name; none is an error
  shots/               a folder: its files; shots/** also those below
  -                    stdin; what is piped in without "-" comes first
  https://...          fetched here and sent inline; --url-mode pass leaves it to the service
  gs://BUCKET/OBJECT   Cloud Storage, which the service reads itself (vertex)
  s3://BUCKET/OBJECT   a bucket that the service reads itself (gdc)
  files/ID             a file of "gemini files upload" (developer)
  a YouTube address    the video, which the service reads itself
  data:TYPE;base64,... the bytes themselves

After "#", options for one source; a file whose real name holds the "#" wins:

  #t=0:30,2:00         from and to, for sound and video; either may be left out
  #fps=2               frames of a video that are looked at in a second
  #pages=3-7           pages of a PDF
  #resolution=low      low, medium or high
  #mime=video/mp4      the type, whatever the content says
  several by "&"       clip.mp4#t=10,20&fps=2

What is too large to send inline is uploaded first where the backend has a place for it: --upload, --upload-to.
`;
}
