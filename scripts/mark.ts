import { PNG } from 'pngjs';

/*
 * The product's mark: hops joined to a path that ends in a tick. Shapes are given as distances, each pixel is covered by
 * sixteen samples, and nothing depends on fonts or on a browser, so the same pixels are drawn everywhere.
 */

type Point = readonly [x: number, y: number];
type Colour = readonly [red: number, green: number, blue: number];
/** Whether a point of the unit square, x to the right and y down, belongs to the shape. */
type Shape = (x: number, y: number) => boolean;
type Layer = { readonly shape: Shape; readonly colour: Colour | 'clear' };

const samples = 4;
const ground: Colour = [0x0f, 0x5c, 0x63];
const white: Colour = [0xff, 0xff, 0xff];
const mint: Colour = [0x5f, 0xe0, 0xc0];

const disc =
  ([cx, cy]: Point, radius: number): Shape =>
  (x, y) =>
    (x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2;

const everywhere: Shape = () => true;

/** A line with round ends and corners. */
const stroke = (points: readonly Point[], width: number): Shape => {
  const segments = points.slice(1).map((end, index) => [points[index] ?? end, end] as const);
  return (x, y) =>
    segments.some(([[ax, ay], [bx, by]]) => {
      const [dx, dy] = [bx - ax, by - ay];
      const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx ** 2 + dy ** 2)));
      return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= (width / 2) ** 2;
    });
};

/** The last layer that holds a sample gives its colour; `clear` cuts through to transparency. */
function draw(sizePx: number, layers: readonly Layer[]): PNG {
  const image = new PNG({ width: sizePx, height: sizePx });
  for (let row = 0; row < sizePx; row += 1) {
    for (let column = 0; column < sizePx; column += 1) {
      const colours = Array.from({ length: samples ** 2 }, (_, index) => {
        const x = (column + ((index % samples) + 0.5) / samples) / sizePx;
        const y = (row + (Math.floor(index / samples) + 0.5) / samples) / sizePx;
        return layers.findLast(({ shape }) => shape(x, y))?.colour ?? 'clear';
      });
      const seen = colours.filter((colour) => colour !== 'clear');
      const mean = (part: 0 | 1 | 2) => seen.reduce((sum, colour) => sum + colour[part], 0) / seen.length;
      // Clear pixels are white too: the outline icon may hold no other colour, visible or not.
      const colour = seen.length === 0 ? white : ([mean(0), mean(1), mean(2)] as const);
      const pixel = [...colour, (255 * seen.length) / colours.length].map((part) => Math.round(part));
      image.data.set(pixel, (row * sizePx + column) * 4);
    }
  }
  return image;
}

/** 192 px, filled to the edges; the mark keeps to the middle, which a round frame leaves whole. */
export function drawColour(): PNG {
  const [first, second, last]: readonly [Point, Point, Point] = [
    [0.27, 0.64],
    [0.43, 0.36],
    [0.655, 0.585],
  ];
  return draw(192, [
    { shape: everywhere, colour: ground },
    { shape: stroke([first, second, last], 0.05), colour: white },
    { shape: disc(first, 0.068), colour: white },
    { shape: disc(second, 0.068), colour: white },
    { shape: disc(last, 0.165), colour: ground },
    { shape: disc(last, 0.135), colour: mint },
    { shape: stroke(tick(last, 0.135), 0.045), colour: ground },
  ]);
}

/** 32 px, white on nothing. */
export function drawOutline(): PNG {
  const [first, second, last]: readonly [Point, Point, Point] = [
    [0.15, 0.69],
    [0.38, 0.25],
    [0.68, 0.62],
  ];
  return draw(32, [
    { shape: stroke([first, second, last], 0.07), colour: white },
    { shape: disc(first, 0.1), colour: white },
    { shape: disc(second, 0.1), colour: white },
    { shape: disc(last, 0.25), colour: white },
    { shape: disc(last, 0.185), colour: 'clear' },
    { shape: stroke(tick(last, 0.21), 0.075), colour: white },
  ]);
}

const tick = ([x, y]: Point, radius: number): readonly Point[] => [
  [x - radius * 0.45, y + radius * 0.02],
  [x - radius * 0.1, y + radius * 0.36],
  [x + radius * 0.48, y - radius * 0.34],
];
